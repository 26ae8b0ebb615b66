"""The audio port of the engine: one screen at a time sends its microphone and hears the call.

A connection begins with the stack's audio token on a line of its own; the engine answers with an
AudioFormat as JSON on a line. Then frames go both ways, each after its length (u16, little-endian):
a header of 16 bytes and PCM, as AudioFormat says. A frame of length 0 tells a screen that a newer
one has taken the audio.
"""

import hmac
import itertools
import socket
import struct
import threading
import time
from contextlib import suppress

import structlog

from contracts.gateway import AudioFormat
from services.sip.engine.media import FRAME_MS, Sink

log = structlog.get_logger(__name__)

HEADER = struct.Struct("<IId")
LENGTH = struct.Struct("<H")
LONGEST_FRAME_BYTES = 8192
SEND_BUFFER_BYTES = 16384
HELLO_TIMEOUT_S = 3
REPLACED = LENGTH.pack(0)


class ScreenServer:
    """Accepts screens; the newest one has the audio."""

    def __init__(self, host: str, port: int, token: str, sink: Sink) -> None:
        self._token = token.encode()
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
        screen = _Screen(connection, self._sink.clock_rate_hz)
        with screen:
            if not screen.greet(self._token):
                log.warning("screen refused")
                return
            self._attach(screen)
            try:
                while (frame := screen.receive()) is not None:
                    self._sink.microphone.push(frame)
            finally:
                self._detach(screen)

    def _attach(self, screen: "_Screen") -> None:
        with self._lock:
            previous, self._current = self._current, screen
            self._sink.microphone.attach()
            self._sink.to_speaker = screen.send
        if previous is not None:
            previous.replace()
        log.info("screen attached", replaced=previous is not None)

    def _detach(self, screen: "_Screen") -> None:
        with self._lock:
            if self._current is not screen:
                return
            self._current = None
            self._sink.to_speaker = None
            self._sink.microphone.detach()
        log.info("screen detached")


class _Screen:
    """One connection; sending never blocks: what does not fit is dropped."""

    def __init__(self, connection: socket.socket, clock_rate_hz: int) -> None:
        self._connection = connection
        self._clock_rate_hz = clock_rate_hz
        self._sequence = itertools.count()
        self._unsent = b""
        self._reader = connection.makefile("rb")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def __enter__(self) -> "_Screen":
        return self

    def __exit__(self, *_error: object) -> None:
        self._reader.close()
        self._connection.close()

    def greet(self, token: bytes) -> bool:
        self._connection.settimeout(HELLO_TIMEOUT_S)
        try:
            hello = self._reader.readline(256).rstrip(b"\n")
        except OSError:
            return False
        if not hmac.compare_digest(hello, token):
            return False
        self._connection.settimeout(None)
        audio_format = AudioFormat(clock_rate_hz=self._clock_rate_hz, frame_ms=FRAME_MS)
        self._connection.sendall(audio_format.model_dump_json().encode() + b"\n")
        return True

    def receive(self) -> bytes | None:
        """The PCM of the next frame; None at the end."""
        try:
            length = self._reader.read(LENGTH.size)
            if len(length) < LENGTH.size:
                return None
            (frame_bytes,) = LENGTH.unpack(length)
            if not HEADER.size <= frame_bytes <= LONGEST_FRAME_BYTES or frame_bytes % 2:
                return None
            frame = self._reader.read(frame_bytes)
        except OSError:
            return None
        return frame[HEADER.size :] if len(frame) == frame_bytes else None

    def send(self, pcm: bytes) -> None:
        """From the clock thread. A frame that was begun is finished before the next one."""
        header = HEADER.pack(next(self._sequence), 0, time.monotonic())
        frame = LENGTH.pack(HEADER.size + len(pcm)) + header + pcm
        pending = self._unsent + frame if len(self._unsent) < len(frame) else self._unsent
        try:
            sent = self._connection.send(pending, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the receiving side notices
        # of what did not fit only the rest of a frame that was begun is kept
        is_begun = 0 < sent < len(pending)
        self._unsent = pending[sent:] if is_begun or self._unsent else b""

    def replace(self) -> None:
        with suppress(OSError):
            self._connection.send(REPLACED, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        self.close()

    def close(self) -> None:
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
