"""The wire between a phone and its server: a UDP relay that knows when INVITEs and lamps passed."""

import queue
import re
import selectors
import socket
import struct
import threading
from typing import Self

from deploy.program import LOOPBACK

SO_TIMESTAMPNS = 35
"""Linux: each datagram comes with the time at which the kernel received it."""
_TIMESPEC = struct.Struct("@ll")
LAMP_IS_LIT = (b"dialog-info+xml", b"<state>confirmed</state>")
"""In a NOTIFY about somebody who talks (RFC 4235)."""
_CALL_ID = re.compile(rb"^Call-ID: *(\S+)", re.MULTILINE | re.IGNORECASE)


class Wire:
    """A phone that registers at `port` talks with the server behind it, and is none the wiser."""

    def __init__(self, server_port: int) -> None:
        self._to_phone, self._to_server = _socket(), _socket()
        self._to_server.connect((LOOPBACK, server_port))
        self._phone: tuple[str, int] | None = None
        self._call_ids: set[bytes] = set()
        self._invites: queue.Queue[float] = queue.Queue()
        self._lamps: queue.Queue[float] = queue.Queue()
        self._is_open = True
        self._thread = threading.Thread(target=self._relay, daemon=True)
        self.port: int = self._to_phone.getsockname()[1]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_open = False
        self._thread.join()
        self._to_phone.close()
        self._to_server.close()

    def next_invite_at(self, within_s: float = 5) -> float:
        """When the first INVITE of the next call passed, as `time.time()`."""
        return self._invites.get(timeout=within_s)

    def next_lamp_at(self, *, after: float, within_s: float = 5) -> float:
        """When the first NOTIFY since `after` passed that somebody talks, as `time.time()`."""
        while (lit_at := self._lamps.get(timeout=within_s)) < after:
            pass
        return lit_at

    def _relay(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._to_phone, selectors.EVENT_READ)
            selector.register(self._to_server, selectors.EVENT_READ)
            while self._is_open:
                for key, _events in selector.select(0.2):
                    self._pass_on(key.fileobj is self._to_phone)

    def _pass_on(self, is_from_phone: bool) -> None:  # noqa: FBT001
        source = self._to_phone if is_from_phone else self._to_server
        try:
            datagram, ancillary, _flags, sender = source.recvmsg(65536, 64)
        except ConnectionRefusedError:  # the server was not there
            return
        if datagram.startswith(b"INVITE "):
            self._note(datagram, _received_at(ancillary))
        elif datagram.startswith(b"NOTIFY ") and all(each in datagram for each in LAMP_IS_LIT):
            self._lamps.put(_received_at(ancillary))
        if is_from_phone:
            self._phone = sender
            self._to_server.send(datagram)
        elif self._phone is not None:
            self._to_phone.sendto(datagram, self._phone)

    def _note(self, invite: bytes, received_at: float) -> None:
        found = _CALL_ID.search(invite)
        if found is not None and found.group(1) not in self._call_ids:
            self._call_ids.add(found.group(1))
            self._invites.put(received_at)


def _socket() -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((LOOPBACK, 0))
    opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    return opened


def _received_at(ancillary: list[tuple[int, int, bytes]]) -> float:
    for level, kind, value in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS):
            seconds, nanoseconds = _TIMESPEC.unpack(value[: _TIMESPEC.size])
            return float(seconds + nanoseconds / 1e9)
    raise RuntimeError("no time on a datagram")
