"""Sound that is measured: when and how strongly one comes back, what is missing, how loud it is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]

FULL_SCALE = 32768.0
BLOCK_S = 0.02
LOWEST_HZ, HIGHEST_HZ = 200.0, 3800.0
SWEEP_LEVEL = 0.25
FADE_S = 0.01
SPREAD_S = 0.05
"""A room or a codec smears a sound over this time, before and after its strongest arrival."""
LEAST_OVER_NOISE = 30.0
SILENT_DBFS = -70.0
QUIETEST_DBFS = -96.0


@dataclass(frozen=True)
class Arrival:
    """A sound came back after this time, with this share of its amplitude (in dB)."""

    delay_s: float
    gain_db: float


def sweep(duration_s: float, rate_hz: int) -> Samples:
    """A tone that rises by the same factor in each second, equally loud all the time."""
    t = np.arange(int(duration_s * rate_hz)) / rate_hz
    octaves = np.log(HIGHEST_HZ / LOWEST_HZ) / duration_s
    phase = 2 * np.pi * LOWEST_HZ * (np.exp(octaves * t) - 1) / octaves
    fade = np.clip(np.minimum(t, duration_s - t) / FADE_S, 0, 1)
    tone: Samples = (SWEEP_LEVEL * FULL_SCALE * fade * np.sin(phase)).astype(np.int16)
    return tone


def arrival(played: Samples, heard: Samples, rate_hz: int) -> Arrival | None:
    """Where what was played stands out of what was heard; None if it does nowhere.

    What was heard is divided by what was played, in the spectrum: the quotient is the answer of the
    way between them to a click.
    """
    length = len(played) + len(heard)
    sent, received = np.fft.rfft(played, length), np.fft.rfft(heard, length)
    power = np.abs(sent) ** 2
    weight = np.conj(sent) / (power + 1e-3 * power.max())
    answer = np.fft.irfft(received * weight, length)[: len(heard)] ** 2
    perfect = np.fft.irfft(sent * weight, length) ** 2
    peak = int(np.argmax(answer))
    spread = int(SPREAD_S * rate_hz)
    around = answer[max(0, peak - spread) : peak + spread].sum()
    noise = np.median(answer) * 2 * spread
    if around < LEAST_OVER_NOISE * noise or around == 0:
        return None
    return Arrival(peak / rate_hz, float(10 * np.log10(around / perfect.sum())))


def missing_percent(heard: Samples, rate_hz: int) -> float:
    """Share of silence in a sound that had none."""
    levels = _block_levels(heard, rate_hz)
    return float(100 * np.mean(levels < SILENT_DBFS)) if len(levels) else 100.0


@dataclass(frozen=True)
class Loudness:
    """Of a voice, of its pauses, and of its loudest sample; 0 dBFS is the limit."""

    speech_dbfs: float
    noise_dbfs: float
    peak_dbfs: float


def loudness(heard: Samples, rate_hz: int) -> Loudness:
    """Of somebody who spoke for a part of the time."""
    levels = _block_levels(heard, rate_hz)
    return Loudness(
        speech_dbfs=float(np.percentile(levels, 90)),
        noise_dbfs=float(np.percentile(levels, 10)),
        peak_dbfs=_dbfs(float(np.max(np.abs(heard.astype(float)))) / FULL_SCALE),
    )


def _block_levels(samples: Samples, rate_hz: int) -> NDArray[np.float64]:
    block = int(BLOCK_S * rate_hz)
    blocks = samples[: len(samples) // block * block].reshape(-1, block).astype(float)
    rms: NDArray[np.float64] = np.sqrt(np.mean(blocks**2, axis=1)) / FULL_SCALE
    return 20 * np.log10(np.maximum(rms, 10 ** (QUIETEST_DBFS / 20)))


def _dbfs(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 10 ** (QUIETEST_DBFS / 20))))
