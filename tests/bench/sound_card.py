"""A sound card whose two ends are recorded together: what goes into the microphone and what the
loudspeaker plays are the two channels of one sink, so that they share one clock to the sample."""

import subprocess
import threading
import wave
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import numpy as np

from deploy.testing import running
from tests.bench.sound import PERIOD_S, Samples, bursts
from tests.peers.ear import eventually
from tests.peers.sound_card import pulseaudio

RATE_HZ = 16_000
BLOCK_BYTES = 320
"""5 ms of both channels."""
VOLUME = 0.25
_SIDE = "channels=1 channel_map=mono remix=no"
_MODULES = (
    "module-null-sink sink_name=card rate=48000 channels=2 channel_map=front-left,front-right",
    f"module-remap-sink sink_name=room master=card {_SIDE} master_channel_map=front-left",
    f"module-remap-sink sink_name=loudspeaker master=card {_SIDE} master_channel_map=front-right",
    f"module-remap-source source_name=microphone master=card.monitor {_SIDE}"
    " master_channel_map=front-left",
)


class SoundCard:
    """Its two ends since it was plugged in. Indexes count samples at RATE_HZ."""

    def __init__(self, socket: Path) -> None:
        self.socket = socket
        self._blocks: list[bytes] = []
        self._recorder = subprocess.Popen(
            ["parec", f"--server=unix:{socket}", "--device=card.monitor", f"--rate={RATE_HZ}",
             "--channels=2", "--format=s16le", "--latency-msec=5"],
            stdout=subprocess.PIPE,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._record, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._recorder.terminate()
        self._recorder.wait()
        self._thread.join()

    @property
    def now(self) -> int:
        """The index that is recorded at this moment."""
        return len(self._blocks) * BLOCK_BYTES // 4

    def records(self, duration_s: float) -> tuple[Samples, Samples]:
        """What goes into the microphone and what is played, from now on for so long."""
        start = self.now
        self._waits_until(start + int(duration_s * RATE_HZ))
        return self.between(start, self.now)

    def between(self, start: int, end: int) -> tuple[Samples, Samples]:
        """Microphone and loudspeaker."""
        recorded = b"".join(self._blocks[start * 4 // BLOCK_BYTES : end * 4 // BLOCK_BYTES])
        both = np.frombuffer(recorded, "<i2").astype(np.float64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def _waits_until(self, index: int) -> None:
        due_s = (index - self.now) / RATE_HZ
        eventually(lambda: self.now >= index, within_s=due_s + 5, what="sound from the card")

    def _record(self) -> None:
        assert self._recorder.stdout is not None
        while len(block := self._recorder.stdout.read(BLOCK_BYTES)) == BLOCK_BYTES:
            self._blocks.append(block)


@contextmanager
def sound_card(
    directory: Path, duration_s: float, *, period_s: float = PERIOD_S
) -> Iterator[SoundCard]:
    """A card in a room in which bursts of sound are heard for so long."""
    directory.mkdir()
    socket = directory / "native"
    recording = directory / "bursts.wav"
    with wave.open(str(recording), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        samples = VOLUME * 32767 * bursts(duration_s, RATE_HZ, period_s=period_s)
        file.writeframes(samples.astype("<i2").tobytes())
    with ExitStack() as stack:
        stack.enter_context(running(pulseaudio(directory, socket, *_MODULES), directory))
        for kind, device in (("sink", "loudspeaker"), ("source", "microphone")):
            command = ["pactl", f"--server=unix:{socket}", f"set-default-{kind}", device]
            subprocess.run(command, check=True)
        speaking = stack.enter_context(
            subprocess.Popen(["paplay", f"--server=unix:{socket}", "--device=room", recording])
        )
        stack.callback(speaking.terminate)
        card = stack.enter_context(SoundCard(socket))
        eventually(lambda: card.now > 0, what="sound from the card")
        yield card
