"""The ear of the audio bench: delays and gaps that are known are found."""

import numpy as np
import pytest

from tests.bench.sound import BURST_S, PERIOD_S, bursts, echoes, gaps, onsets

RATE_HZ = 16_000


def late(sound: np.ndarray, delay_ms: float) -> np.ndarray:
    return np.concatenate((np.zeros(int(delay_ms / 1000 * RATE_HZ)), sound))[: len(sound)]


def delays_ms(sent: np.ndarray, heard: np.ndarray) -> list[float]:
    found = echoes(sent, heard, RATE_HZ)
    return [(echo.heard_at - echo.sent_at) / RATE_HZ * 1000 for echo in found]


@pytest.mark.parametrize("delay_ms", [0, 7.5, 64.0, 300.0, 470.0])
def test_a_delay_is_found_to_the_sample(delay_ms: float):
    sound = bursts(6, RATE_HZ)
    found = delays_ms(sound, late(sound, delay_ms))
    assert len(found) == len(onsets(sound, RATE_HZ)) == 9
    assert set(found) == {delay_ms}


def test_noise_and_loudness_do_not_hide_a_delay():
    sound = bursts(6, RATE_HZ)
    noise = np.random.default_rng(2).normal(0, 0.2, len(sound))
    assert np.median(delays_ms(sound, 0.1 * (late(sound, 50) + noise))) == 50


def test_a_delay_that_changes_is_followed():
    sound = bursts(6, RATE_HZ)
    half = int(5 * PERIOD_S * RATE_HZ)
    found = delays_ms(sound, np.concatenate((late(sound, 60)[:half], late(sound, 80)[half:])))
    assert found[0] == 60
    assert found[-1] == 80


def test_another_sound_and_silence_are_no_echo():
    sound = bursts(6, RATE_HZ)
    assert delays_ms(sound, bursts(6, RATE_HZ, seed=9)) == []
    assert delays_ms(sound, np.zeros(len(sound))) == []
    assert delays_ms(np.zeros(len(sound)), sound) == []


def test_a_burst_that_is_lost_is_missing_and_a_broken_one_has_its_gap():
    sound = bursts(6, RATE_HZ)
    heard = late(sound, 100)
    starts = onsets(sound, RATE_HZ)
    lost, broken = starts[2] + RATE_HZ // 10, starts[5] + RATE_HZ // 10
    heard[lost:][: int(BURST_S * RATE_HZ)] = 0
    heard[broken + int(0.05 * RATE_HZ) :][: int(0.02 * RATE_HZ)] = 0
    found = list(echoes(sound, heard, RATE_HZ))
    assert [echo.sent_at for echo in found] == starts[:2] + starts[3:]
    assert [echo.gap_s > 0 for echo in found].index(True) == 4
    assert sum(echo.gap_s for echo in found) == pytest.approx(0.02, abs=0.004)


def tone(duration_s: float) -> np.ndarray:
    return np.sin(2 * np.pi * 1004 * np.arange(int(duration_s * RATE_HZ)) / RATE_HZ)


def test_gaps_of_a_tone_are_found_where_they_are():
    assert gaps(tone(10), RATE_HZ) == []
    heard = tone(4)
    for at_s in (1.0, 2.5):
        heard[int(at_s * RATE_HZ) :][: int(0.02 * RATE_HZ)] = 0
    first, second = gaps(heard, RATE_HZ)
    assert (first.at_s, second.at_s) == pytest.approx((1.0, 2.5), abs=0.003)
    assert (first.duration_s, second.end_s) == pytest.approx((0.02, 2.52), abs=0.003)


def test_a_splice_is_no_gap():
    """10 ms are cut out, with a cross-fade of 5 ms: see services/sip/engine/jitter.py."""
    heard = tone(2)
    cut, fade = int(0.01 * RATE_HZ), int(0.005 * RATE_HZ)
    ramp = np.linspace(0, 1, fade)
    blend = heard[RATE_HZ:][:fade] * (1 - ramp) + heard[RATE_HZ + cut :][:fade] * ramp
    spliced = np.concatenate((heard[:RATE_HZ], blend, heard[RATE_HZ + cut + fade :]))
    assert gaps(spliced, RATE_HZ) == []
