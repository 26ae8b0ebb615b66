"""What is heard, measured: the level and the tones in the last half second of a sound."""

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

WINDOW_S = 0.5
BLOCK_S = 0.02


class Late(AssertionError):
    """What was waited for did not happen in time."""


def eventually(look: Callable[[], Any], *, within_s: float = 5, what: str = "") -> Any:
    """The first truthy answer of `look`, asked again and again."""
    deadline = time.monotonic() + within_s
    while True:
        if found := look():
            return found
        if time.monotonic() > deadline:
            raise Late(what or "condition not met in time")
        threading.Event().wait(0.02)


class Recording:
    """How loud it was, in blocks of 20 ms, from the beginning on."""

    def __init__(self, rate_hz: int) -> None:
        self._block = int(rate_hz * BLOCK_S)
        self._rest = np.zeros(0)
        self._levels: list[float] = []

    def take(self, samples: np.ndarray) -> None:
        self._rest = np.concatenate([self._rest, samples.astype(float)])
        while len(self._rest) >= self._block:
            block, self._rest = self._rest[: self._block], self._rest[self._block :]
            self._levels.append(float(np.sqrt(np.mean(block**2))))

    def gap_s(self) -> float:
        """How long the first silence lasted after which there was sound again; 0 as long as none.

        Shorter ones than a tenth of a second are none.
        """
        blocks = "".join("+" if level > 100 else "-" for level in self._levels)
        gap = re.search(r"-{5,}(?=\+(-{0,4}\+){14})", blocks)
        return len(gap[0]) * BLOCK_S if gap else 0


class Ear:
    """Takes samples of 16 bits as they come."""

    def __init__(self, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._samples: deque[np.ndarray] = deque()
        self._length = 0
        self._recording: Recording | None = None
        self._lock = threading.Lock()

    def take(self, pcm: bytes) -> None:
        samples = np.frombuffer(pcm, "<i2")
        with self._lock:
            self._samples.append(samples)
            self._length += len(samples)
            if self._recording is not None:
                self._recording.take(samples)
            while self._length - len(self._samples[0]) >= self._wanted:
                self._length -= len(self._samples.popleft())

    @contextmanager
    def recording(self) -> Iterator[Recording]:
        """All that is heard from now on."""
        self._recording = Recording(self.rate_hz)
        yield self._recording
        self._recording = None

    def listen_anew(self) -> None:
        """Forget what was heard so far."""
        with self._lock:
            self._samples.clear()
            self._length = 0

    def hears(self, frequency_hz: float, *, within_s: float = 6) -> None:
        """Wait until the sound is mostly this tone."""
        eventually(
            lambda: self.share_of(frequency_hz) > 0.6 and self.level() > 100,
            within_s=within_s,
            what=f"{frequency_hz} Hz in the sound",
        )

    def hears_nothing(self, *, within_s: float = 6) -> None:
        eventually(lambda: self._is_full() and self.level() < 30, within_s=within_s, what="silence")

    def hears_sound(self, *, within_s: float = 8) -> None:
        eventually(lambda: self.level() > 300, within_s=within_s, what="any sound")

    def level(self) -> float:
        """RMS; full scale is 32,767."""
        samples = self._last()
        return float(np.sqrt(np.mean(samples**2))) if len(samples) else 0

    def share_of(self, frequency_hz: float) -> float:
        """Share of the energy within 20 Hz of a frequency."""
        samples = self._last()
        if not self._is_full():
            return 0
        spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
        frequencies = np.fft.rfftfreq(len(samples), 1 / self.rate_hz)
        energy = spectrum.sum()  # 0 in silence, and if the window hides the only sample
        return (
            float(spectrum[np.abs(frequencies - frequency_hz) < 20].sum() / energy) if energy else 0
        )

    @property
    def is_taking(self) -> bool:
        """Whether anything has come at all."""
        return self._length > 0

    @property
    def _wanted(self) -> int:
        return int(self.rate_hz * WINDOW_S)

    def _is_full(self) -> bool:
        return self._length >= self._wanted

    def _last(self) -> np.ndarray:
        with self._lock:
            if not self._samples:
                return np.zeros(0)
            return np.concatenate(self._samples)[-self._wanted :].astype(float)
