"""One connection of a screen: frames both ways, each after its length (u16, little-endian).

The first one to the screen is its AudioFormat as JSON. One of two bytes is a farewell: the code
with which the screen's socket is to be closed.
"""

import hmac
import socket
import struct
from contextlib import suppress

from pydantic import ValidationError

from contracts.audio_socket import AudioClose, AudioFormat, AudioHello

LENGTH = struct.Struct("<H")
FAREWELL = struct.Struct("<H")
LONGEST_FRAME_BYTES = 8192
LONGEST_HELLO_BYTES = 1024
SEND_BUFFER_BYTES = 16384
HELLO_TIMEOUT_S = 3


class Lane:
    """Sending never blocks: what does not fit is dropped."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._unsent = b""
        self._reader = connection.makefile("rb")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    def __enter__(self) -> "Lane":
        return self

    def __exit__(self, *_error: object) -> None:
        self._reader.close()
        self._connection.close()

    def hello(self, token: str) -> AudioHello | None:
        """What the other side asks for; None if it has no business here."""
        self._connection.settimeout(HELLO_TIMEOUT_S)
        try:
            hello = AudioHello.model_validate_json(self._reader.readline(LONGEST_HELLO_BYTES))
        except (OSError, ValidationError):
            return None
        self._connection.settimeout(None)
        return hello if hmac.compare_digest(hello.token.encode(), token.encode()) else None

    def greet(self, audio_format: AudioFormat) -> None:
        self.send(audio_format.model_dump_json().encode())

    def receive(self) -> bytes | None:
        """The next frame; None at the end."""
        try:
            length = self._reader.read(LENGTH.size)
            if len(length) < LENGTH.size:
                return None
            (frame_bytes,) = LENGTH.unpack(length)
            if frame_bytes > LONGEST_FRAME_BYTES:
                return None
            frame = self._reader.read(frame_bytes)
        except (OSError, ValueError):  # ValueError: closed
            return None
        return frame if len(frame) == frame_bytes else None

    def send(self, frame: bytes) -> None:
        """From one thread at a time. A frame that was begun is finished before the next one."""
        framed = LENGTH.pack(len(frame)) + frame
        pending = self._unsent + framed if len(self._unsent) < len(framed) else self._unsent
        try:
            sent = self._connection.send(pending, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        except BlockingIOError:
            sent = 0
        except OSError:
            return  # the receiving side notices
        # of what did not fit only the rest of a frame that was begun is kept
        is_begun = 0 < sent < len(pending)
        self._unsent = pending[sent:] if is_begun or self._unsent else b""

    def close(self, code: AudioClose | None = None) -> None:
        """With a code, if the other side can still take it."""
        with suppress(OSError):
            if code is not None:
                farewell = LENGTH.pack(FAREWELL.size) + FAREWELL.pack(code)
                self._connection.send(farewell, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
            self._connection.shutdown(socket.SHUT_RDWR)
