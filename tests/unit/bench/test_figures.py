"""Figures, as people and programs read them."""

import json
from pathlib import Path

import pytest

from tests.bench.figures import Figure, NothingMeasured, Report, percentile


def test_a_figure_is_one_line_with_its_peer_and_the_ratio():
    figure = Figure("post_to_invite_p95_ms", 18.4, "ms", 40, "baresip", 9.2)
    assert figure.line() == "post_to_invite_p95_ms 18.4 ms · baresip 9.2 · 2"


def test_without_a_peer_the_line_is_shorter():
    assert Figure("reattach_s", 0.41, "s", 5).line() == "reattach_s 0.41 s"


def test_a_report_is_kept_as_json(tmp_path: Path):
    report = Report("audio_loop")
    report.add(Figure("reattach_s", 0.41, "s", 5))
    report.add(Figure("loop_p50_ms", 90.0, "ms", 300, "baresip", 60.0))
    found = json.loads(report.save({"cores": 2}, tmp_path).read_text())
    assert found["machine"] == {"cores": 2}
    assert found["figures"] == [
        {"name": "reattach_s", "value": 0.41, "unit": "s", "runs": 5,
         "peer": None, "peer_value": None, "ratio": None},
        {"name": "loop_p50_ms", "value": 90.0, "unit": "ms", "runs": 300,
         "peer": "baresip", "peer_value": 60.0, "ratio": 1.5},
    ]  # fmt: skip


@pytest.mark.parametrize(("share", "expected"), [(50, 10), (95, 19), (100, 20)])
def test_a_percentile_is_one_of_the_measured_values(share: float, expected: float):
    assert percentile([float(value) for value in range(20, 0, -1)], share) == expected


def test_one_slow_run_of_twenty_is_not_the_95th_percentile_and_two_are():
    fast = [1.0] * 18
    assert percentile([*fast, 1.0, 99.0], 95) == 1
    assert percentile([*fast, 99.0, 99.0], 95) == 99


def test_of_nothing_there_is_no_percentile():
    with pytest.raises(NothingMeasured):
        percentile([], 95)
