"""The audio port of the engine: one screen at a time sends its microphone and hears the call.

A connection begins with an AudioHello, as JSON on a line, which the engine answers with an
AudioFormat. Then frames go both ways, as that says. A screen may have several connections, its
lanes, all of which carry every frame: what comes first is taken.
"""

import itertools
import secrets
import socket
import struct
import threading
import time
from contextlib import suppress

import structlog

from contracts.audio_socket import AudioClose, AudioCodec, AudioFormat
from services.sip.engine.codecs import MalformedPayload, codec_of
from services.sip.engine.jitter import FAR, NEAR
from services.sip.engine.lane import Lane
from services.sip.engine.media import FRAME_MS, Sink
from services.sip.engine.sequences import SEQUENCES, Newest

log = structlog.get_logger(__name__)

HEADER = struct.Struct("<IId")


class ScreenServer:
    """Accepts screens; the newest one has the audio."""

    def __init__(self, host: str, port: int, token: str, sink: Sink) -> None:
        self._token = token
        self._sink = sink
        self._lock = threading.Lock()
        self._current: _Screen | None = None
        self._listener = socket.create_server((host, port))
        threading.Thread(target=self._accept, name="screens", daemon=True).start()

    def close(self) -> None:
        self._listener.close()
        with self._lock:
            if self._current is not None:
                self._current.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with Lane(connection) as lane:
            hello = lane.hello(self._token)
            if hello is None:
                log.warning("screen refused")
                return
            screen = self._attach(hello.codec) if hello.lane is None else self._current
            if screen is None or hello.lane not in (None, screen.name):
                lane.close(AudioClose.REPLACED)
                return
            lane.greet(screen.format)
            screen.add(lane)
            try:
                screen.listen(lane)
            except MalformedPayload as error:
                log.warning("malformed frame", codec=hello.codec, reason=str(error))
                screen.close(AudioClose.MALFORMED_FRAME)
            finally:
                if not screen.remove(lane):
                    self._detach(screen)

    def _attach(self, codec: AudioCodec) -> "_Screen":
        screen = _Screen(codec, self._sink)
        with self._lock:
            previous, self._current = self._current, screen
            self._sink.microphone.attach(NEAR if codec is AudioCodec.PCM else FAR)
            self._sink.to_speaker = screen.send
        if previous is not None:
            previous.close(AudioClose.REPLACED)
        log.info("screen attached", codec=codec, replaced=previous is not None)
        return screen

    def _detach(self, screen: "_Screen") -> None:
        with self._lock:
            if self._current is not screen:
                return
            self._current = None
            self._sink.to_speaker = None
            self._sink.microphone.detach()
        log.info("screen detached")


class _Screen:
    """A microphone and a loudspeaker at the other end of some lanes."""

    def __init__(self, codec: AudioCodec, sink: Sink) -> None:
        self.name = secrets.token_urlsafe(8) if codec is AudioCodec.OPUS else None
        """Only packed frames are sent more than once."""
        self._codec = codec_of(codec, sink.clock_rate_hz)
        self._microphone = sink.microphone
        self._sequence = itertools.count()
        self._lock = threading.Lock()
        self._lanes: tuple[Lane, ...] = ()
        self._newest = Newest()
        self._is_closed = False
        self.format = AudioFormat(
            clock_rate_hz=self._codec.clock_rate_hz,
            frame_ms=FRAME_MS,
            codec=codec,
            lane=self.name,
        )

    def add(self, lane: Lane) -> None:
        with self._lock:
            self._lanes = (*self._lanes, lane)
            if self._is_closed:  # just now
                lane.close(AudioClose.REPLACED)

    def remove(self, lane: Lane) -> bool:
        """Whether there are others."""
        with self._lock:
            self._lanes = tuple(each for each in self._lanes if each is not lane)
            return bool(self._lanes)

    def listen(self, lane: Lane) -> None:
        """To the microphone, until the lane ends. Raises MalformedPayload."""
        while (frame := lane.receive()) is not None:
            if len(frame) < HEADER.size:
                raise MalformedPayload("no header")
            sequence, _reserved, _sent_at = HEADER.unpack_from(frame)
            with self._lock:
                if self._is_closed:
                    return
                if self.name is None or self._newest.takes(sequence):
                    self._microphone.push(self._codec.decode(frame[HEADER.size :]))

    def send(self, pcm: bytes) -> None:
        """From the clock thread."""
        header = HEADER.pack(next(self._sequence) % SEQUENCES, 0, time.monotonic())
        frame = header + self._codec.encode(pcm)
        for lane in self._lanes:
            lane.send(frame)

    def close(self, code: AudioClose | None = None) -> None:
        with self._lock:
            self._is_closed = True
            for lane in self._lanes:
                lane.close(code)
