"""A sound card without a room: what is played can be heard, and a microphone plugged in and out."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deploy.program import Program
from deploy.testing import running
from tests.peers.ear import Ear

RATE_HZ = 16_000
BLOCK_BYTES = 640


LOUDSPEAKER = "module-null-sink sink_name=loudspeaker rate=48000"


def pulseaudio(directory: Path, socket: Path, *modules: str) -> Program:
    """A sound server of its own; its devices lead nowhere."""
    protocol = f"module-native-protocol-unix socket={socket} auth-anonymous=1"
    loads = [argument for module in (protocol, *modules) for argument in ("-L", module)]
    argv = ("pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", *loads)
    environment = {
        "HOME": str(directory),
        "XDG_RUNTIME_DIR": str(directory),
        "PULSE_RUNTIME_PATH": str(directory),
    }
    return Program("pulseaudio", argv, partial(_answers, socket), environment)


@dataclass(frozen=True)
class SoundCard:
    """What is played on it, and the socket to play to."""

    ear: Ear
    socket: Path

    @contextmanager
    def microphone(self, recording: Path) -> Iterator[None]:
        """Plug in a microphone that hears a recording, and pull it out at the end."""
        modules = [
            self._load("module-null-sink", "sink_name=room"),
            self._load("module-remap-source", "source_name=microphone", "master=room.monitor"),
        ]
        argv = ["paplay", f"--server=unix:{self.socket}", "--device=room", str(recording)]
        with subprocess.Popen(argv) as speaking:
            yield
            speaking.terminate()
        for module in reversed(modules):
            self._pactl("unload-module", module)

    def _load(self, *module: str) -> str:
        return self._pactl("load-module", *module).strip()

    def _pactl(self, *arguments: str) -> str:
        command = ["pactl", f"--server=unix:{self.socket}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def sound_card(directory: Path) -> Iterator[SoundCard]:
    """A sound server of its own; everything ends with it."""
    socket = directory / "native"
    with running(pulseaudio(directory, socket, LOUDSPEAKER), directory):
        recorder = subprocess.Popen(
            ["parec", f"--server=unix:{socket}", "--device=loudspeaker.monitor",
             f"--rate={RATE_HZ}", "--channels=1", "--format=s16le", "--latency-msec=20"],
            stdout=subprocess.PIPE,
        )  # fmt: skip
        ear = Ear(RATE_HZ)
        listening = threading.Thread(target=_listen, args=(recorder, ear), daemon=True)
        with recorder:
            listening.start()
            yield SoundCard(ear, socket)
            recorder.terminate()
            listening.join(5)


def _listen(recorder: subprocess.Popen[bytes], ear: Ear) -> None:
    while recorder.stdout is not None and (block := recorder.stdout.read(BLOCK_BYTES)):
        ear.take(block)


def _answers(socket: Path) -> bool:
    command = ["pactl", f"--server=unix:{socket}", "info"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
