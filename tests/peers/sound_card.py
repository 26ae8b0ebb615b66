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
from tests.peers.ear import Ear, eventually

RATE_HZ = 16_000
BLOCK_BYTES = 640


LOUDSPEAKER = "module-null-sink sink_name=loudspeaker rate=48000"
NOWHERE, NOBODY = "module-null-sink sink_name=nowhere", "nowhere.monitor"
"""The ear must not be at the default source: PulseAudio would move it to the next one."""


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
        with self._room("microphone") as room:
            argv = ["paplay", f"--server=unix:{self.socket}", f"--device={room}", str(recording)]
            with subprocess.Popen(argv) as speaking:
                yield
                speaking.terminate()

    @contextmanager
    def whistle(self, name: str, frequency_hz: int) -> Iterator[None]:
        """Plug in a microphone that hears a tone."""
        with (
            self._room(name) as room,
            self._plugged("module-sine", f"sink={room}", f"frequency={frequency_hz}"),
        ):
            yield

    @contextmanager
    def echo(self) -> Iterator[None]:
        """Plug in a microphone that hears the loudspeaker, a little weaker."""
        with self._room("echo") as room:
            air = ("module-loopback", "source=loudspeaker.monitor", f"sink={room}")
            with self._plugged(*air, "latency_msec=30"):
                self._pactl("set-source-volume", "echo", "70%")
                yield

    @contextmanager
    def echo_cancelling(self) -> Iterator[None]:
        """Between whoever speaks and listens, and that microphone and loudspeaker."""
        devices = ("source_master=echo", "sink_master=loudspeaker")
        names = ("source_name=cancelled", "sink_name=played")
        with self._plugged("module-echo-cancel", *devices, *names, "aec_method=webrtc"):
            self.hear_by_default("cancelled")
            self._pactl("set-default-sink", "played")
            yield
            self._pactl("set-default-sink", "loudspeaker")
            self.hear_by_default("echo")

    @contextmanager
    def loudspeaker(self, name: str) -> Iterator[None]:
        """Plug in another loudspeaker, in the same room as the first."""
        sink = (f"sink_name={name}", f"sink_properties=device.description={name}")
        with self._plugged("module-remap-sink", *sink, "master=loudspeaker"):
            yield

    def hear_by_default(self, source: str) -> None:
        self._pactl("set-default-source", source)

    def plays_on(self, name: str) -> None:
        """Wait until somebody plays on this loudspeaker."""
        eventually(
            lambda: any(
                name in sink and "RUNNING" in sink
                for sink in self._pactl("list", "short", "sinks").splitlines()
            ),
            what=f"sound on {name}",
        )

    @contextmanager
    def _room(self, name: str) -> Iterator[str]:
        """A room with a microphone of this name in it."""
        room, described = f"room-{name}", f"source_properties=device.description={name}"
        source = ("module-remap-source", f"source_name={name}", f"master={room}.monitor", described)
        with self._plugged("module-null-sink", f"sink_name={room}"), self._plugged(*source):
            self.hear_by_default(name)
            with self._running(name):
                yield room
            self.hear_by_default(NOBODY)

    @contextmanager
    def _running(self, source: str) -> Iterator[None]:
        """Like that of a real sound card, its sound comes in small pieces from the beginning."""
        argv = ["parec", f"--server=unix:{self.socket}", f"--device={source}", "--latency-msec=10"]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as recorder:
            try:
                yield
            finally:
                recorder.terminate()

    @contextmanager
    def _plugged(self, *module: str) -> Iterator[None]:
        loaded = self._pactl("load-module", *module).strip()
        yield
        self._pactl("unload-module", loaded)

    def _pactl(self, *arguments: str) -> str:
        command = ["pactl", f"--server=unix:{self.socket}", *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@contextmanager
def sound_card(directory: Path, socket: Path | None = None) -> Iterator[SoundCard]:
    """A sound server of its own; everything ends with it."""
    socket = socket or directory / "native"
    with running(pulseaudio(directory, socket, LOUDSPEAKER, NOWHERE), directory):
        ear = Ear(RATE_HZ)
        card = SoundCard(ear, socket)
        card.hear_by_default(NOBODY)
        recorder = subprocess.Popen(
            ["parec", f"--server=unix:{socket}", "--device=loudspeaker.monitor",
             f"--rate={RATE_HZ}", "--channels=1", "--format=s16le", "--latency-msec=20"],
            stdout=subprocess.PIPE,
        )  # fmt: skip
        listening = threading.Thread(target=_listen, args=(recorder, ear), daemon=True)
        with recorder:
            listening.start()
            try:
                yield card
            finally:
                recorder.terminate()
                listening.join(5)


def _listen(recorder: subprocess.Popen[bytes], ear: Ear) -> None:
    while recorder.stdout is not None and (block := recorder.stdout.read(BLOCK_BYTES)):
        ear.take(block)


def _answers(socket: Path) -> bool:
    command = ["pactl", f"--server=unix:{socket}", "info"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
