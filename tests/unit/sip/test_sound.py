"""What a sound check finds in a sound."""

import numpy as np
import pytest

from services.sip.sound import arrival, loudness, missing_percent, sweep

RATE_HZ = 16_000
PLAYED = np.concatenate((sweep(0.8, RATE_HZ), np.zeros(RATE_HZ, np.int16)))


def noise(level: float, length: int = len(PLAYED)) -> np.ndarray:
    return np.random.default_rng(1).normal(0, level, length)


def back(delay_s: float, gain_db: float) -> np.ndarray:
    return np.roll(PLAYED, int(delay_s * RATE_HZ)) * 10 ** (gain_db / 20)


@pytest.mark.parametrize(("delay_s", "gain_db"), [(0.0, 0), (0.12, -10), (0.3, -40)])
def test_a_sound_that_comes_back_is_found_with_its_delay_and_loss(delay_s: float, gain_db: float):
    heard = (back(delay_s, gain_db) + noise(10)).astype(np.int16)
    found = arrival(PLAYED, heard, RATE_HZ)
    assert found is not None
    assert found.delay_s == pytest.approx(delay_s, abs=0.001)
    assert found.gain_db == pytest.approx(gain_db, abs=1.5)


def test_a_room_smears_an_echo_and_makes_it_no_weaker():
    heard = sum(back(0.1 + 0.004 * i, -20 - 3 * i) for i in range(8)).astype(np.int16)
    found = arrival(PLAYED, heard, RATE_HZ)
    assert found is not None
    assert found.delay_s == pytest.approx(0.1, abs=0.001)
    assert found.gain_db == pytest.approx(-17, abs=2)


def test_noise_and_silence_are_no_echo():
    assert arrival(PLAYED, noise(300).astype(np.int16), RATE_HZ) is None
    assert arrival(PLAYED, np.zeros_like(PLAYED), RATE_HZ) is None


def test_what_is_missing_is_counted():
    sound = sweep(2.0, RATE_HZ)[320:-320]
    assert missing_percent(sound, RATE_HZ) == 0
    sound[3200:4800] = 0
    assert missing_percent(sound, RATE_HZ) == pytest.approx(100 * 1600 / len(sound), abs=0.6)


def test_a_voice_is_as_loud_as_its_words_not_as_its_pauses():
    words, pauses = noise(3000, RATE_HZ), noise(30, RATE_HZ)
    found = loudness(np.concatenate((words, pauses)).astype(np.int16), RATE_HZ)
    assert found.speech_dbfs == pytest.approx(-20.8, abs=1)
    assert found.noise_dbfs == pytest.approx(-60.8, abs=1)
    assert -10 < found.peak_dbfs < 0
