"""Sounds that can be found again, and what became of them: how late they came, where they broke.

Samples are mono, as floats; any scale.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float64]

PERIOD_S = 0.6
BURST_S = 0.12
"""Short bursts with pauses, as in speech: the echo of one is over before the next begins. Two at a
time would be talk at both ends, of which a browser's echo canceller lets only a part through."""
LOWEST_HZ, HIGHEST_HZ = 400.0, 3000.0
"""Passes every codec."""
TURN_S = 0.03
"""A burst goes up and down this often, each time otherwise, so that no two are alike."""
ALIKE = 0.5
"""Normalised correlation from which on a burst counts as found."""
EDGE_S = 0.015
"""At both ends of a burst: filters and codecs fade there."""
BLOCK_S = 0.002
SILENT_SHARE = 0.1
"""Of the usual level; below it nothing is heard."""
SHORTEST_GAP_S = 0.008


def bursts(
    duration_s: float, rate_hz: int, seed: int = 1, *, period_s: float = PERIOD_S
) -> Samples:
    """A burst of constant loudness at the end of each period."""
    random = np.random.default_rng(seed)
    period, burst = int(period_s * rate_hz), int(BURST_S * rate_hz)
    sound = np.zeros(int(duration_s * rate_hz))
    turns = np.linspace(0, burst, int(BURST_S / TURN_S) + 1)
    for end in range(period, len(sound) + 1, period):
        frequency_hz = random.uniform(LOWEST_HZ, HIGHEST_HZ, len(turns))
        phase = np.cumsum(np.interp(np.arange(burst), turns, frequency_hz)) / rate_hz
        sound[end - burst : end] = np.sin(2 * np.pi * phase)
    return sound


@dataclass(frozen=True)
class Echo:
    """One burst that was found again; indexes of samples, and the longest silence inside of it."""

    sent_at: int
    heard_at: int
    gap_s: float


def onsets(sent: Samples, rate_hz: int, *, period_s: float = PERIOD_S) -> list[int]:
    """Where bursts begin; only those with a whole period after them, to look for their echo in."""
    is_loud = np.abs(sent) > SILENT_SHARE * np.max(np.abs(sent), initial=0)
    burst, period = int(BURST_S * rate_hz), int(period_s * rate_hz)
    loud = np.flatnonzero(is_loud[: max(0, len(sent) - period)])
    if not len(loud):
        return []
    is_first = np.diff(loud, prepend=-period) > burst
    return [int(onset) for onset in loud[is_first] if onset > 0]


def echoes(
    sent: Samples, heard: Samples, rate_hz: int, *, period_s: float = PERIOD_S
) -> Iterator[Echo]:
    """The bursts of `sent` that are found in `heard`, within a period; what is lost is left out."""
    burst, period = int(BURST_S * rate_hz), int(period_s * rate_hz)
    for onset in onsets(sent, rate_hz, period_s=period_s):
        alike = _correlation(heard[onset : onset + period], sent[onset : onset + burst])
        best = int(np.argmax(alike)) if len(alike) else 0
        if len(alike) and alike[best] >= ALIKE:
            edge = int(EDGE_S * rate_hz)
            found = heard[onset + best + edge : onset + best + burst - edge]
            longest_s = max((gap.duration_s for gap in gaps(found, rate_hz)), default=0.0)
            yield Echo(onset, onset + best, longest_s)


@dataclass(frozen=True)
class Gap:
    """A stretch in which a sound was away."""

    at_s: float
    duration_s: float

    @property
    def end_s(self) -> float:
        return self.at_s + self.duration_s


def gaps(heard: Samples, rate_hz: int) -> list[Gap]:
    """Where a sound of constant loudness breaks off for longer than a splice takes."""
    block = int(BLOCK_S * rate_hz)
    blocks = heard[: len(heard) // block * block].reshape(-1, block)
    level = np.sqrt(np.mean(blocks**2, axis=1))
    is_silent = level < SILENT_SHARE * np.median(level) if len(level) else np.zeros(0, bool)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], is_silent, [False]))))
    found = [
        Gap(float(start * BLOCK_S), float((end - start) * BLOCK_S))
        for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    return [gap for gap in found if gap.duration_s >= SHORTEST_GAP_S]


def _correlation(sound: Samples, part: Samples) -> Samples:
    """Normalised, for every place of the part in the sound; empty if it is longer."""
    if len(sound) < len(part):
        return np.zeros(0)
    size = 1 << (len(sound) + len(part) - 1).bit_length()
    product = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(part, size))
    sums = np.fft.irfft(product, size)[: len(sound) - len(part) + 1]
    energy = np.concatenate(([0.0], np.cumsum(sound**2)))
    scale = np.sqrt((energy[len(part) :] - energy[: -len(part)]) * np.sum(part**2))
    is_audible = scale > 0.01 * np.sum(part**2)
    return np.divide(sums, scale, out=np.zeros_like(sums), where=is_audible)
