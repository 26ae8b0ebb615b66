"""Two phones in one engine talk through a server: `python -m tests.bench.engine_talk PORT CODEC`.

The endpoint is the engine's own, with its clock, its codecs and its jitter buffer. Prints as JSON
how late each sound came out of one port of the bridge that went into another.
"""

import json
import os
import sys
import time
from collections.abc import Callable

import numpy as np
import pjsua2 as pj

from contracts.instance import SipTransport
from deploy.program import LOOPBACK
from services.sip.engine.endpoint import CODEC_PRIORITIES, SipEndpoint
from services.sip.engine.media import BYTES_PER_SAMPLE, FRAME_MS, audio_only
from services.sip.settings import SipEngineSettings
from tests.bench.sound import bursts, echoes
from tests.peers.ear import Late

SETTLED_S, TALK_S = 4.0, 20.0
VOLUME = 8000


class Ends(pj.AudioMediaPort):
    """Speaks what it has into the bridge, and keeps what comes out; frames and their times."""

    def __init__(self, name: str, clock_rate_hz: int, sound: np.ndarray | None = None) -> None:
        super().__init__()
        self._frame = clock_rate_hz * FRAME_MS // 1000
        self._pcm = b"" if sound is None else (VOLUME * sound).astype("<i2").tobytes()
        self.spoken_at: list[float] = []
        self.heard: list[bytes] = []
        self.heard_at: list[float] = []
        audio = pj.MediaFormatAudio()
        audio.init(pj.PJMEDIA_FORMAT_PCM, clock_rate_hz, 1, FRAME_MS * 1000, 16)
        self.createPort(name, audio)

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:
        size = self._frame * BYTES_PER_SAMPLE
        pcm = self._pcm[len(self.spoken_at) * size :][:size] or bytes(size)
        self.spoken_at.append(time.monotonic())
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf.assign_from_bytes(pcm)
        frame.size = size

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        size = self._frame * BYTES_PER_SAMPLE
        pcm = bytearray(size)
        if frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO and frame.size == size:
            frame.buf.copy_to_bytearray(pcm)
        self.heard.append(bytes(pcm))
        self.heard_at.append(time.monotonic())


class Phone(pj.Account):
    """Somebody who is registered, and takes every call."""

    def __init__(self, user: str, server: str, endpoint: SipEndpoint, transport: int) -> None:
        super().__init__()
        self.call: Call | None = None
        configuration = pj.AccountConfig()
        configuration.idUri = f"sip:{user}@practice"
        configuration.regConfig.registrarUri = f"sip:{server}"
        configuration.sipConfig.proxies.append(f"sip:{server};lr")
        configuration.sipConfig.transportId = transport
        configuration.sipConfig.authCreds.append(
            pj.AuthCredInfo("digest", "*", user, 0, f"{user}-practice")
        )
        configuration.mediaConfig.transportConfig = endpoint.rtp_configuration()
        self.create(configuration)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        self.call = Call(self, prm.callId)
        answer = audio_only()
        answer.statusCode = pj.PJSIP_SC_OK
        self.call.answer(answer)


class Call(pj.Call):
    """A call whose sound can be taken once it is there."""

    def sound(self) -> pj.AudioMedia | None:
        info = self.getInfo()
        is_there = any(each.status == pj.PJSUA_CALL_MEDIA_ACTIVE for each in info.media)
        return self.getAudioMedia(-1) if is_there else None


def _delays_ms(mouth: Ends, ear: Ends, sent: np.ndarray, rate_hz: int) -> list[float]:
    heard = np.frombuffer(b"".join(ear.heard), "<i2").astype(float)
    frame = rate_hz * FRAME_MS // 1000
    return [
        (
            ear.heard_at[echo.heard_at // frame]
            - mouth.spoken_at[echo.sent_at // frame]
            + (echo.heard_at % frame - echo.sent_at % frame) / rate_hz
        )
        * 1000
        for echo in echoes(sent, heard, rate_hz)
        if echo.sent_at > SETTLED_S * rate_hz
    ]


def main(server_port: int, codec: str) -> None:
    """Print the delays in milliseconds, once the jitter buffer has settled."""
    settings = SipEngineSettings(sip_bind_address=LOOPBACK)
    endpoint = SipEndpoint(
        settings, user_agent="bench", max_calls=4, on_disconnected=lambda _parameters: None
    )
    for name in CODEC_PRIORITIES:
        if not name.lower().startswith(codec):
            endpoint.codecSetPriority(name, 0)
    transport = endpoint.transport(SipTransport.UDP, None)

    def until(condition: Callable[[], object], within_s: float = 10) -> None:
        deadline = time.monotonic() + within_s
        while not condition():
            if time.monotonic() > deadline:
                raise Late("the two phones")
            endpoint.libHandleEvents(10)

    server = f"{LOOPBACK}:{server_port}"
    alice, bob = (Phone(user, server, endpoint, transport) for user in ("alice", "bob"))
    until(lambda: alice.getInfo().regIsActive and bob.getInfo().regIsActive)
    call = Call(alice)
    call.makeCall("sip:102@practice", audio_only())
    until(lambda: call.sound() and bob.call and bob.call.sound())
    rate_hz = settings.sip_clock_rate_hz
    sent = bursts(SETTLED_S + TALK_S, rate_hz)
    mouth, ear = Ends("mouth", rate_hz, sent), Ends("ear", rate_hz)
    bob.call.sound().startTransmit(ear)
    mouth.startTransmit(call.sound())
    until(lambda: len(mouth.spoken_at) * FRAME_MS / 1000 > SETTLED_S + TALK_S, 2 * TALK_S)
    print(json.dumps(_delays_ms(mouth, ear, sent, rate_hz)), flush=True)
    os._exit(0)  # what is above must not be freed in any order while the library runs


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
