"""The jitter buffer between a page's clock and the engine's: drift never fills or empties it.

What is controlled is the lowest fill after a pull within a window of two seconds: above the margin
samples are cut out, below it some are repeated, both with a cross-fade and at most 10 ms at a time.
An underrun raises the margin, which then decays.
"""

import threading
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

MARGIN_MS = 20.0
PREFILL_MS = 30.0
SHRINK_ABOVE_MS = 10.0
INSERT_BELOW_MS = 5.0
LARGEST_SPLICE_MS = 10.0
AT_ONCE_MS = 40.0
"""An excess over this is cut in one go."""
CROSS_FADE_MS = 5.0
GROW_MS = 10.0
LARGEST_MARGIN_MS = 80.0
CAP_MS = 200.0
WINDOW_S = 2.0
DECAY_MS = 0.5
QUIET_BEFORE_DECAY_S = 10.0


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
        self._fade = self._samples(CROSS_FADE_MS)
        self._pulls_per_window = int(WINDOW_S * 1000 / frame_ms)
        self._lock = threading.Lock()
        self._ramp = np.linspace(0.0, 1.0, self._fade)
        self._buffer: Samples = np.zeros(0, np.int16)
        self.statistics = JitterStatistics()
        self.margin_ms = MARGIN_MS
        self._reset()

    def attach(self) -> None:
        """A new sender: nothing that was learned from the last one holds."""
        with self._lock:
            self.margin_ms = MARGIN_MS
            self._reset()

    def detach(self) -> None:
        """The sender is gone; that is no underrun."""
        with self._lock:
            self._reset()

    def push(self, pcm: bytes) -> None:
        with self._lock:
            self._buffer = np.concatenate((self._buffer, np.frombuffer(pcm, np.int16)))
            if len(self._buffer) > self._samples(CAP_MS):
                self.statistics.overruns += 1
                self._buffer = self._buffer[-self._samples(self.margin_ms + 20) :]

    def pull(self) -> Samples | None:
        """The next frame; None while there is nothing to play."""
        with self._lock:
            if not self._is_primed and not self._prime():
                return None
            if len(self._buffer) < self._frame:
                return self._underrun()
            self._control()
            frame, self._buffer = self._buffer[: self._frame], self._buffer[self._frame :]
            return frame

    def _samples(self, duration_ms: float) -> int:
        return int(duration_ms * self._per_ms)

    def _reset(self) -> None:
        self._buffer = np.zeros(0, np.int16)
        self._is_primed = False
        self._prefill_ms = PREFILL_MS
        self._underrun_at = 0.0
        self._open_window()

    def _open_window(self) -> None:
        self._lowest = CAP_MS * self._per_ms
        self._pulls = 0

    def _prime(self) -> bool:
        wanted = self._frame + self._samples(self._prefill_ms)
        if len(self._buffer) < wanted:
            return False
        self._buffer = self._buffer[-wanted:]  # of a burst at the start only this much is kept
        self._is_primed = True
        self._open_window()
        return True

    def _underrun(self) -> Samples:
        """What is left, faded out, then silence until the buffer is primed again."""
        rest, self._buffer = self._buffer, np.zeros(0, np.int16)
        frame = np.zeros(self._frame, np.int16)
        frame[: len(rest)] = (rest * np.linspace(1.0, 0.0, len(rest))).astype(np.int16)
        self.statistics.underruns += 1
        self.margin_ms = min(self.margin_ms + GROW_MS, LARGEST_MARGIN_MS)
        self._prefill_ms = self.margin_ms
        self._underrun_at = time.monotonic()
        self._is_primed = False
        return frame

    def _control(self) -> None:
        """Before a frame is taken out, so that even an empty buffer has something to splice."""
        self._lowest = min(self._lowest, len(self._buffer) - self._frame)
        self._pulls += 1
        if self._pulls < self._pulls_per_window:
            return
        excess_ms = self._lowest / self._per_ms - self.margin_ms
        if excess_ms > SHRINK_ABOVE_MS:
            self._remove(excess_ms if excess_ms > AT_ONCE_MS else min(excess_ms, LARGEST_SPLICE_MS))
        elif excess_ms < -INSERT_BELOW_MS:
            self._repeat(min(-excess_ms, LARGEST_SPLICE_MS))
        if time.monotonic() - self._underrun_at > QUIET_BEFORE_DECAY_S:
            self.margin_ms = max(MARGIN_MS, self.margin_ms - DECAY_MS)
        self._open_window()

    def _remove(self, duration_ms: float) -> None:
        count = self._samples(duration_ms)
        if len(self._buffer) < self._frame + count + self._fade:
            return
        head, tail = self._buffer[: self._fade], self._buffer[count : count + self._fade]
        self._buffer = np.concatenate((self._blend(head, tail), self._buffer[count + self._fade :]))
        self.statistics.removed_samples += count

    def _repeat(self, duration_ms: float) -> None:
        count = min(self._samples(duration_ms), len(self._buffer) - self._fade)
        if count <= 0:
            return
        head, tail = self._buffer[: self._fade], self._buffer[count : count + self._fade]
        self._buffer = np.concatenate(
            (self._buffer[:count], self._blend(tail, head), self._buffer[self._fade :])
        )
        self.statistics.repeated_samples += count

    def _blend(self, before: Samples, after: Samples) -> Samples:
        return (before * (1 - self._ramp) + after * self._ramp).astype(np.int16)
