"""Recordings: when they are over, and files that an engine could not finish."""

import wave
from datetime import UTC, datetime
from pathlib import Path

from contracts.recordings import Recording
from contracts.sip import Call, CallContinuity, CallDirection, CallState, Remote
from services.sip.calls import interrupted, lost
from services.sip.recordings import ended, is_recorded, mend

BEGUN = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
RUNNING = Recording(recording_id="a" * 32, started_at=BEGUN)
OVER = Recording(recording_id="b" * 32, started_at=BEGUN, ended_at=BEGUN)


def test_what_is_being_made_ends_and_what_is_over_stays_as_it_is():
    assert is_recorded([OVER, RUNNING])
    closed = ended([OVER, RUNNING], LATER)
    assert [each.ended_at for each in closed] == [BEGUN, LATER]
    assert not is_recorded(closed)


def test_a_recording_ends_with_its_engine():
    call = Call(
        call_id="c1",
        revision=1,
        direction=CallDirection.OUTGOING,
        state=CallState.CONFIRMED,
        remote=Remote(number="102", display_name="", uri=None),
        recordings=(RUNNING,),
        started_at=BEGUN,
    )
    away = interrupted(call, LATER)
    assert away.continuity is CallContinuity.INTERRUPTED
    assert [each.ended_at for each in away.recordings] == [LATER]
    assert [each.ended_at for each in lost(call, LATER).recordings] == [LATER]


def test_a_file_of_an_engine_that_died_gets_its_length(tmp_path: Path):
    whole, torn = tmp_path / "whole.wav", tmp_path / "torn.wav"
    for path in (whole, torn):
        with wave.open(str(path), "wb") as file:
            file.setparams((1, 2, 16_000, 0, "NONE", ""))
            file.writeframes(bytes(640))
    finished = whole.read_bytes()
    torn.write_bytes(finished[:4] + bytes(4) + finished[8:40] + bytes(4) + finished[44:])
    (tmp_path / "empty.wav").write_bytes(b"")

    mend(tmp_path)

    assert torn.read_bytes() == whole.read_bytes() == finished
    assert (tmp_path / "empty.wav").read_bytes() == b""
