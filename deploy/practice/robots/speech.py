"""Sound files that robots play: a spoken sentence and a tone that a test can measure."""

import math
import struct
import subprocess
import wave
from pathlib import Path

TONE_HZ = 1000
TONE_S = 1.0
_PAUSE_S = 0.7
_AMPLITUDE = 8000


def render(path: Path, sentence: str) -> Path:
    """A WAV file for playing in a loop: the sentence, a pause, a second of tone, a pause."""
    espeak = ("espeak-ng", "-v", "en-gb", "-s", "150", "-w", str(path), sentence)
    subprocess.run(espeak, check=True)
    with wave.open(str(path)) as spoken:
        format_ = spoken.getparams()
        speech = spoken.readframes(spoken.getnframes())
    pause = bytes(2 * int(_PAUSE_S * format_.framerate))
    with wave.open(str(path), "wb") as file:
        file.setparams(format_)
        file.writeframes(speech + pause + _tone(format_.framerate) + pause)
    return path


def _tone(sample_rate_hz: int) -> bytes:
    count = int(TONE_S * sample_rate_hz)
    step = 2 * math.pi * TONE_HZ / sample_rate_hz
    return struct.pack(f"<{count}h", *(int(_AMPLITUDE * math.sin(step * i)) for i in range(count)))
