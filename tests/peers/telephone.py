"""A telephone at the practice server: it answers, sends a tone, and what it hears can be measured.

The library has a process of its own, `python -m tests.peers.telephone SERVER USER TONE_HZ PORT`:
a line when it is registered, then what it hears, as PCM. A line that it reads lets it hang up.
"""

import os
import selectors
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Self

import pjsua2 as pj

from deploy.ports import free_port
from deploy.practice.robots.phone import Phone
from deploy.practice.robots.robot import Robot, RobotCall
from deploy.practice.server import PracticeServer
from deploy.program import LOOPBACK, REPOSITORY
from tests.peers.ear import Ear, eventually

RATE_HZ = 16_000
FRAME_BYTES = RATE_HZ // 50 * 2
REGISTERED = b"registered\n"
TONE_VOLUME = 6000  # of 32,767


class Telephone(Ear):
    """Somebody's at the practice server, whose robot is not called meanwhile."""

    def __init__(self, server: PracticeServer, user: str, tone_hz: int) -> None:
        super().__init__(RATE_HZ)
        self.tone_hz = tone_hz
        address = f"{server.host}:{server.sip_port}"
        argv = (sys.executable, "-m", __name__, address, user, str(tone_hz), str(free_port()))
        environment = {**os.environ, "ALSA_CONFIG_PATH": "/dev/null"}  # looks for no sound card
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            argv, cwd=REPOSITORY, env=environment, stdin=pipe, stdout=pipe
        )
        self._listening = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        assert self._process.stdout.read(len(REGISTERED)) == REGISTERED
        self._listening.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.stdin.close()
        self._listening.join(5)
        self._process.stdout.close()
        self._process.wait(5)

    def hangs_up(self) -> None:
        self._process.stdin.write(b"hang up\n")
        self._process.stdin.flush()

    def _listen(self) -> None:
        while pcm := self._process.stdout.read(FRAME_BYTES):
            self.take(pcm)


def hears_all(ear: Ear, *tones_hz: float, within_s: float = 6) -> None:
    """Wait until the sound is made of these tones, and each of them is well audible."""

    def look() -> bool:
        shares = [ear.share_of(tone_hz) for tone_hz in tones_hz]
        return ear.level() > 100 and sum(shares) > 0.9 and min(shares) > 0.1 / len(shares)

    eventually(look, within_s=within_s, what=f"all of {tones_hz} Hz in the sound, and no more")


class _Line(pj.AudioMediaPort):
    """Where the sound of a call comes out."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        super().__init__()
        self._write = write
        self._heard = bytearray(FRAME_BYTES)
        audio = pj.MediaFormatAudio()
        audio.init(pj.PJMEDIA_FORMAT_PCM, RATE_HZ, 1, 20_000, 16)
        self.createPort("line", audio)

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        if frame.size == FRAME_BYTES:
            frame.buf.copy_to_bytearray(self._heard)
            self._write(bytes(self._heard))
        else:
            self._write(bytes(FRAME_BYTES))


class _Call(RobotCall):
    def onCallMediaState(self, _: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()  # keep it: its list of media dies with it
        account = self.robot
        assert isinstance(account, _Account)
        for index, media in enumerate(info.media):
            if media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                audio = self.getAudioMedia(index)
                account.tone.startTransmit(audio)
                audio.startTransmit(account.line)


class _Account(Robot):
    def __init__(
        self, phone: Phone, user: str, tone_hz: int, write: Callable[[bytes], object]
    ) -> None:
        self._write = write
        self.line: _Line | None = None
        self.tone = pj.ToneGenerator()
        self.tone.createToneGenerator(RATE_HZ, 1)
        tone = pj.ToneDesc()
        tone.freq1, tone.on_msec, tone.volume = tone_hz, 1000, TONE_VOLUME
        self.tone.play(pj.ToneDescVector([tone]), True)  # noqa: FBT003
        super().__init__(phone, user, _Answering())

    def hang_up(self) -> None:
        for call in self._calls:
            call.end()

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        if self.line is None and prm.code == pj.PJSIP_SC_OK:
            self._write(REGISTERED)
            self.line = _Line(self._write)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = _Call(self, prm.callId)
        self._calls.add(call)
        self.role.incoming(call)


class _Answering:
    def incoming(self, call: RobotCall) -> None:
        response = pj.CallOpParam()
        response.statusCode = pj.PJSIP_SC_OK
        call.answer(response)

    def ended(self, call: RobotCall) -> None:
        """Nothing more to do."""


def main(server: str, user: str, tone_hz: int, port: int) -> None:
    """Until there is nobody any more who could tell it to hang up."""
    heard = os.fdopen(os.dup(sys.stdout.fileno()), "wb", buffering=0)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # pjlib writes there
    phone = Phone(server, LOOPBACK, port)
    account = _Account(phone, user, tone_hz, heard.write)
    commands = selectors.DefaultSelector()
    commands.register(sys.stdin, selectors.EVENT_READ)

    def read_command() -> None:
        phone.after(0.02, read_command)
        if commands.select(0):
            if sys.stdin.readline():
                account.hang_up()
            else:
                phone.stop()

    read_command()
    phone.run()
    phone.hang_up_all()
    account.shutdown()
    del account.line, account.tone
    phone.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
