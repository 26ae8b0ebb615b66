"""Cuts and repetitions in a voice that are hardly heard: whole periods of it, where it is alike."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]


def blend(before: Samples, after: Samples) -> Samples:
    """From one sound into the other; both have the same length."""
    ramp = np.linspace(0.0, 1.0, len(before))
    return (before * (1 - ramp) + after * ramp).astype(np.int16)


def closest_match(sound: Samples, like: Samples, first: int, last: int) -> int:
    """Where in `sound`, from `first` to `last`, the part is that is most like `like`."""
    part = like.astype(np.float64)
    searched = sound[first : last + len(part)].astype(np.float64)
    products = np.correlate(searched, part)
    sums = np.concatenate(([0.0], np.cumsum(searched**2)))
    energies = sums[len(part) :] - sums[: -len(part)]
    return first + int(np.argmax(products / np.sqrt(energies + 1.0)))


class Continuation:
    """What might have followed a voice that breaks off: its last period again, ever softer."""

    def __init__(self, played: Samples, shortest: int, fade_samples: int) -> None:
        part = shortest
        starts = len(played) - part
        # the latest stretch that is like the end, at least one period before it
        found = closest_match(played, played[starts:], 0, starts - shortest)
        self._period = played[found + part :]
        self._given, self._fade = 0, fade_samples

    @property
    def is_over(self) -> bool:
        """Whether there is nothing but silence left."""
        return self._given >= self._fade

    def take(self, count: int) -> Samples:
        """The next samples."""
        at = np.arange(self._given, self._given + count)
        self._given += count
        gain = np.clip(1 - at / self._fade, 0.0, 1.0)
        return (self._period[at % len(self._period)] * gain).astype(np.int16)
