"""The jitter buffer between a page's clock and the engine's: drift never fills or empties it.

What is controlled is the lowest fill after a pull within a window: above the margin samples are cut
out, below it some are repeated, both with a cross-fade and little at a time. An underrun raises the
margin, which then decays.

Of a page on the same machine only the newest sound counts. One that is far away sends by TCP, which
loses nothing but comes late, a tenth of a second at once: that is played whole, a little faster,
whole periods of the voice being left out; and a gap is bridged with what was heard last.
"""

import threading
import time
from dataclasses import dataclass

import numpy as np

from services.sip.engine.splicing import Continuation, Samples, blend, closest_match

MARGIN_MS = 20.0
PREFILL_MS = 30.0
INSERT_BELOW_MS = 5.0
CROSS_FADE_MS = 5.0
GROW_MS = 10.0
DECAY_MS_PER_S = 0.25
QUIET_BEFORE_DECAY_S = 10.0
SHORTEST_PERIOD_MS = 2.5
"""Of a voice: 400 Hz."""
REMEMBERED_MS = 30.0
BRIDGED_MS = 60.0
"""Longer gaps end in silence."""


@dataclass(frozen=True)
class Road:
    """How sound comes, and what is done about it."""

    window_s: float
    shrink_above_ms: float
    largest_splice_ms: float
    at_once_ms: float
    """An excess over this is cut in one go."""
    largest_margin_ms: float
    cap_ms: float
    is_late_in_bursts: bool = False


NEAR = Road(
    window_s=2.0,
    shrink_above_ms=10.0,
    largest_splice_ms=10.0,
    at_once_ms=40.0,
    largest_margin_ms=80.0,
    cap_ms=200.0,
)
FAR = Road(
    window_s=0.1,
    shrink_above_ms=20.0,
    largest_splice_ms=15.0,
    at_once_ms=400.0,
    largest_margin_ms=120.0,
    cap_ms=600.0,
    is_late_in_bursts=True,
)


@dataclass
class JitterStatistics:
    """Counts since the buffer was made."""

    underruns: int = 0
    overruns: int = 0
    removed_samples: int = 0
    repeated_samples: int = 0


class JitterBuffer:
    """Mono samples, pushed by one thread and pulled by another in frames of fixed length."""

    def __init__(self, clock_rate_hz: int, frame_ms: int) -> None:
        self._per_ms = clock_rate_hz / 1000
        self._frame = self._samples(frame_ms)
        self._frames_per_s = 1000 / frame_ms
        self._fade = self._samples(CROSS_FADE_MS)
        self._lock = threading.Lock()
        self._buffer: Samples = np.zeros(0, np.int16)
        self.statistics = JitterStatistics()
        self._set_out(NEAR)

    def attach(self, road: Road = NEAR) -> None:
        """A new sender: nothing that was learned from the last one holds."""
        with self._lock:
            self._set_out(road)

    def detach(self) -> None:
        """The sender is gone; that is no underrun."""
        with self._lock:
            self._reset()

    def push(self, pcm: bytes) -> None:
        with self._lock:
            self._buffer = np.concatenate((self._buffer, np.frombuffer(pcm, np.int16)))
            if len(self._buffer) > self._samples(self._road.cap_ms):
                self.statistics.overruns += 1
                self._buffer = self._buffer[-self._samples(self.margin_ms + 20) :]

    def pull(self) -> Samples | None:
        """The next frame; None while there is nothing to play."""
        with self._lock:
            if not self._is_primed and not self._prime():
                return self._continue()
            if len(self._buffer) < self._frame:
                return self._underrun()
            self._control()
            frame, self._buffer = self._buffer[: self._frame], self._buffer[self._frame :]
            self._remember(frame)
            return frame

    def _samples(self, duration_ms: float) -> int:
        return int(duration_ms * self._per_ms)

    def _set_out(self, road: Road) -> None:
        self._road = road
        self._pulls_per_window = int(road.window_s * self._frames_per_s)
        self.margin_ms = MARGIN_MS
        self._reset()

    def _reset(self) -> None:
        self._buffer = np.zeros(0, np.int16)
        self._played = np.zeros(self._samples(REMEMBERED_MS), np.int16)
        self._continuation: Continuation | None = None
        self._is_primed = False
        self._prefill_ms = PREFILL_MS
        self._underrun_at = 0.0
        self._open_window()

    def _open_window(self) -> None:
        self._lowest = int(self._road.cap_ms * self._per_ms)
        self._pulls = 0

    def _prime(self) -> bool:
        wanted = self._frame + self._samples(self._prefill_ms)
        if len(self._buffer) < wanted:
            return False
        if not self._road.is_late_in_bursts or not self._underrun_at:
            self._buffer = self._buffer[-wanted:]  # of a burst only this much is kept
        if self._continuation is not None:
            joint = blend(self._continuation.take(self._fade), self._buffer[: self._fade])
            self._buffer = np.concatenate((joint, self._buffer[self._fade :]))
            self._continuation = None
        self._is_primed = True
        self._open_window()
        return True

    def _underrun(self) -> Samples:
        """What is left, faded out; then silence until the buffer is primed again."""
        rest, self._buffer = self._buffer, np.zeros(0, np.int16)
        self.statistics.underruns += 1
        self.margin_ms = min(self.margin_ms + GROW_MS, self._road.largest_margin_ms)
        self._prefill_ms = self.margin_ms
        self._underrun_at = time.monotonic()
        self._is_primed = False
        frame = np.zeros(self._frame, np.int16)
        if not self._road.is_late_in_bursts:
            frame[: len(rest)] = (rest * np.linspace(1.0, 0.0, len(rest))).astype(np.int16)
            return frame
        self._remember(rest)
        period, bridged = self._samples(SHORTEST_PERIOD_MS), self._samples(BRIDGED_MS)
        self._continuation = Continuation(self._played, period, bridged)
        frame[: len(rest)] = rest
        frame[len(rest) :] = self._continuation.take(self._frame - len(rest))
        return frame

    def _continue(self) -> Samples | None:
        if self._continuation is None or self._continuation.is_over:
            return None
        return self._continuation.take(self._frame)

    def _remember(self, played: Samples) -> None:
        if self._road.is_late_in_bursts:
            self._played = np.concatenate((self._played, played))[-len(self._played) :]

    def _control(self) -> None:
        """Before a frame is taken out, so that even an empty buffer has something to splice."""
        road = self._road
        self._lowest = min(self._lowest, len(self._buffer) - self._frame)
        self._pulls += 1
        if self._pulls < self._pulls_per_window:
            return
        excess_ms = self._lowest / self._per_ms - self.margin_ms
        if excess_ms > road.shrink_above_ms:
            is_large = excess_ms > road.at_once_ms
            self._remove(excess_ms if is_large else min(excess_ms, road.largest_splice_ms))
        elif excess_ms < -INSERT_BELOW_MS:
            self._repeat(min(-excess_ms, road.largest_splice_ms))
        if time.monotonic() - self._underrun_at > QUIET_BEFORE_DECAY_S:
            self.margin_ms = max(MARGIN_MS, self.margin_ms - DECAY_MS_PER_S * road.window_s)
        self._open_window()

    def _remove(self, duration_ms: float) -> None:
        if len(self._buffer) < self._frame + self._samples(duration_ms) + self._fade:
            return
        count = self._splice(duration_ms)
        head, tail = self._buffer[: self._fade], self._buffer[count : count + self._fade]
        self._buffer = np.concatenate((blend(head, tail), self._buffer[count + self._fade :]))
        self.statistics.removed_samples += count

    def _repeat(self, duration_ms: float) -> None:
        most_ms = min(duration_ms, (len(self._buffer) - self._fade) / self._per_ms)
        count = self._splice(most_ms)
        if count <= 0:
            return
        head, tail = self._buffer[: self._fade], self._buffer[count : count + self._fade]
        self._buffer = np.concatenate(
            (self._buffer[:count], blend(tail, head), self._buffer[self._fade :])
        )
        self.statistics.repeated_samples += count

    def _splice(self, most_ms: float) -> int:
        """How many samples to cut or repeat; of a voice a whole period, if one is short enough."""
        shortest, most = self._samples(SHORTEST_PERIOD_MS), self._samples(most_ms)
        if not self._road.is_late_in_bursts or most <= shortest:
            return most
        return closest_match(self._buffer, self._buffer[: self._fade], shortest, most)
