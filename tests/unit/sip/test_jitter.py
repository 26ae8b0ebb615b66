"""Two clocks that never agree, and a buffer that neither fills nor empties."""

import numpy as np
import pytest

from services.sip.engine.jitter import FAR, NEAR, JitterBuffer

RATE_HZ, FRAME_MS = 16_000, 20
FRAME = RATE_HZ * FRAME_MS // 1000


def tone(samples: int, start: int = 0) -> bytes:
    t = np.arange(start, start + samples) / RATE_HZ
    return (8000 * np.sin(2 * np.pi * 440 * t)).astype(np.int16).tobytes()


@pytest.fixture
def buffer() -> JitterBuffer:
    return JitterBuffer(RATE_HZ, FRAME_MS)


def test_nothing_plays_before_the_prefill_is_there(buffer):
    buffer.push(tone(FRAME))
    assert buffer.pull() is None
    buffer.push(tone(FRAME))
    buffer.push(tone(FRAME))
    assert buffer.pull() is not None


def test_a_burst_at_the_start_adds_no_delay(buffer):
    for frame in range(9):
        buffer.push(tone(FRAME, frame * FRAME))
    played = 0
    while buffer.pull() is not None and not buffer.statistics.underruns:
        played += 1
    assert played <= 3


def test_an_underrun_fades_out_and_raises_the_margin(buffer):
    for frame in range(3):
        buffer.push(tone(FRAME, frame * FRAME))
    margin_ms = buffer.margin_ms
    while not buffer.statistics.underruns:
        last = buffer.pull()
    assert last[-1] == 0
    assert buffer.margin_ms == margin_ms + 10
    assert buffer.pull() is None


def test_a_sender_that_leaves_is_no_underrun(buffer):
    for frame in range(3):
        buffer.push(tone(FRAME, frame * FRAME))
    buffer.pull()
    buffer.detach()
    assert buffer.pull() is None
    assert buffer.statistics.underruns == 0


def test_a_sender_that_runs_away_is_cut_to_the_cap(buffer):
    for frame in range(100):
        buffer.push(tone(FRAME, frame * FRAME))
    assert buffer.statistics.overruns > 0
    drained_ms = 0
    while buffer.pull() is not None:
        drained_ms += FRAME_MS
    assert drained_ms <= NEAR.cap_ms


@pytest.mark.parametrize("drift_ppm", [-1000, 1000])
def test_a_minute_of_drift_neither_underruns_nor_grows(buffer, drift_ppm):
    """The page's crystal is a thousandth off: 60 ms a minute, three frames."""
    pushed, due = 0, 0.0
    for frame in range(3):
        buffer.push(tone(FRAME, frame * FRAME))
        pushed += FRAME
    fills = []
    for _ in range(60 * 1000 // FRAME_MS):
        due += FRAME * (1 + drift_ppm / 1e6)
        while due >= FRAME:
            buffer.push(tone(FRAME, pushed))
            pushed += FRAME
            due -= FRAME
        assert buffer.pull() is not None
        fills.append(len(buffer._buffer) * 1000 / RATE_HZ)
    assert buffer.statistics.underruns == 0
    assert buffer.statistics.overruns == 0
    assert max(fills) < 80


def test_a_splice_leaves_no_click(buffer):
    """A jump within a 440 Hz tone is at most what the tone itself does in a few samples."""
    pushed = 0
    for _ in range(5):
        buffer.push(tone(FRAME, pushed))
        pushed += FRAME
    buffer._is_primed = True  # keep the surplus that priming would throw away
    played = []
    for _ in range(300):
        buffer.push(tone(FRAME, pushed))
        pushed += FRAME
        played.append(buffer.pull())
    assert buffer.statistics.removed_samples > 0
    steps = np.abs(np.diff(np.concatenate(played).astype(int)))
    assert steps.max() < 2500


class FarSender:
    """Sends a tone by TCP, which brings nothing for a while and all of it then."""

    def __init__(self, buffer: JitterBuffer) -> None:
        self._buffer = buffer
        self._sent = 0
        self._late: list[bytes] = []
        self.heard: list[np.ndarray] = []

    def plays(self, duration_ms: int, *, is_stuck: bool = False) -> "FarSender":
        for _ in range(duration_ms // FRAME_MS):
            self._late.append(tone(FRAME, self._sent * FRAME))
            self._sent += 1
            while self._late and not is_stuck:
                self._buffer.push(self._late.pop(0))
            frame = self._buffer.pull()
            self.heard.append(np.zeros(FRAME, np.int16) if frame is None else frame)
        return self

    @property
    def fill_ms(self) -> float:
        return len(self._buffer._buffer) * 1000 / RATE_HZ


@pytest.fixture
def far(buffer: JitterBuffer) -> FarSender:
    buffer.attach(FAR)
    return FarSender(buffer).plays(1000)


def test_what_comes_late_from_afar_is_played_whole(buffer, far):
    """Of a page nearby only the newest sound would be kept."""
    before_ms = far.fill_ms
    far.plays(200, is_stuck=True).plays(20)
    assert far.fill_ms >= before_ms + 100
    assert buffer.statistics.overruns == 0


def test_the_delay_of_a_stuck_road_is_caught_up_within_three_seconds(buffer, far):
    far.plays(200, is_stuck=True).plays(3000)
    assert far.fill_ms < buffer.margin_ms + FRAME_MS + FAR.shrink_above_ms
    assert buffer.statistics.removed_samples > 0
    steps = np.abs(np.diff(np.concatenate(far.heard[-140:]).astype(int)))
    assert steps.max() < 2500  # whole periods were left out: no click


def test_a_short_gap_is_bridged_and_a_long_one_ends_in_silence(far):
    played = len(far.heard)
    far.plays(300, is_stuck=True)
    gap = far.heard[played:]
    levels = [np.sqrt(np.mean(frame.astype(float) ** 2)) for frame in gap]
    assert levels[2] > 1000  # the buffer was empty by then
    assert levels[-1] == 0
    steps = np.abs(np.diff(np.concatenate(far.heard[played - 5 :]).astype(int)))
    assert steps.max() < 2500
