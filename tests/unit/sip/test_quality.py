"""What figures of RTP streams mean to people (ITU-T G.107, G.109)."""

import pytest

from contracts.quality import CallQuality, QualityProblem, QualityRating
from services.sip.quality import (
    QualityMeter,
    StreamFigures,
    delay_impairment,
    is_noticeable,
    loss_impairment,
    mean_opinion_score,
)


@pytest.mark.parametrize(
    ("r", "mos"),
    [(93.2, 4.41), (90, 4.34), (80, 4.02), (70, 3.60), (60, 3.10), (50, 2.58), (-3, 1), (120, 4.5)],
)
def test_the_opinion_that_belongs_to_a_rating_factor_is_that_of_annex_b(r: float, mos: float):
    assert mean_opinion_score(r) == pytest.approx(mos, abs=0.005)


@pytest.mark.parametrize(("delay_ms", "impairment"), [(100, 0), (150, 0.2), (200, 3), (400, 24.4)])
def test_a_delay_is_noticed_from_a_sixth_of_a_second_on(delay_ms: float, impairment: float):
    assert delay_impairment(delay_ms) == pytest.approx(impairment, abs=0.8)


def test_losses_impair_more_the_more_they_are():
    assert loss_impairment(0) == 0
    assert loss_impairment(25.1) == pytest.approx(95 / 2)
    assert loss_impairment(1) < loss_impairment(5) < 95


def test_a_call_without_loss_is_good_and_has_no_problem():
    assert measured(figures(100)) == CallQuality(
        codec="G722",
        jitter_ms=4,
        loss_percent=0,
        sent_loss_percent=0,
        round_trip_ms=40,
        delay_ms=60,
        mos=4.41,
        rating=QualityRating.GOOD,
        problem=None,
    )


@pytest.mark.parametrize(
    ("changes", "rating", "problem"),
    [
        ({"lost": 5}, QualityRating.FAIR, QualityProblem.LOSS),
        ({"lost": 20}, QualityRating.POOR, QualityProblem.LOSS),
        ({"late": 6}, QualityRating.FAIR, QualityProblem.JITTER),
        ({"buffered_ms": 350}, QualityRating.POOR, QualityProblem.JITTER),
        ({"round_trip_ms": 800}, QualityRating.POOR, QualityProblem.DELAY),
        ({"sent_lost": 8}, QualityRating.FAIR, QualityProblem.SENT_LOSS),
        ({"lost": 1, "sent_lost": 1}, QualityRating.GOOD, None),
    ],
)
def test_what_impairs_a_call_most_is_its_problem(changes, rating, problem):
    quality = measured(figures(100, **changes))
    assert (quality.rating, quality.problem) == (rating, problem)


def test_the_meter_speaks_of_the_last_seconds_and_of_the_whole_call():
    meter = QualityMeter()
    meter.look(figures(0))
    assert meter.now() is None
    meter.look(figures(80, lost=20))
    for look in range(2, 8):
        meter.look(figures(50 * look, lost=20))
    assert meter.now().loss_percent == 0
    assert meter.whole().loss_percent == pytest.approx(20 / 370 * 100, abs=0.1)


def test_new_streams_go_on_where_the_old_ones_ended():
    meter = QualityMeter()
    meter.look(figures(0))
    meter.look(figures(90, lost=10))
    meter.look(figures(10))
    assert meter.now() is None
    meter.look(figures(100))
    assert meter.now().loss_percent == 0
    assert meter.whole().loss_percent == 5


def test_silence_is_told_after_five_seconds_and_ends_with_the_first_packet():
    meter = QualityMeter()
    for _ in range(5):
        meter.look(figures(100))
        assert meter.now() is None
    meter.look(figures(100))
    assert (meter.now().rating, meter.now().problem) == (
        QualityRating.POOR,
        QualityProblem.NO_SOUND,
    )
    meter.look(figures(150))
    assert meter.now().problem is None
    assert meter.whole().problem is None


def test_of_a_call_in_which_nothing_ever_came_that_is_kept():
    meter = QualityMeter()
    meter.look(figures(0))
    assert meter.whole() is None  # it was too short to tell
    for _ in range(5):
        meter.look(figures(0))
    assert meter.whole().problem is QualityProblem.NO_SOUND


def test_everybody_is_told_only_of_what_can_be_noticed():
    known = measured(figures(100))
    assert is_noticeable(None, known)
    assert not is_noticeable(known, measured(figures(1000, lost=2, jitter_ms=9)))
    assert is_noticeable(known, measured(figures(100, lost=2)))
    assert is_noticeable(known, measured(figures(100, jitter_ms=25)))
    assert is_noticeable(known, measured(figures(100, round_trip_ms=90)))


def figures(received: int, **changes: object) -> StreamFigures:
    usual = {
        "codec": "G722",
        "received": received,
        "lost": 0,
        "late": 0,
        "sent": received,
        "sent_lost": 0,
        "jitter_ms": 4.0,
        "buffered_ms": 20.0,
        "round_trip_ms": 40.0,
    }
    return StreamFigures(**{**usual, **changes})


def measured(last: StreamFigures) -> CallQuality:
    meter = QualityMeter()
    meter.look(figures(0))
    meter.look(last)
    return meter.now()
