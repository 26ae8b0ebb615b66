"""Thousands of people who are there: a component of the server that answers each presence probe."""

import hashlib
import re
import socket
import threading
import time
from typing import Self
from xml.sax.saxutils import quoteattr

from deploy.program import LOOPBACK

DOMAIN = "crowd.practice"
SECRET = "crowd"
_ID = re.compile(r"<stream:stream[^>]*\bid='([^']+)'")
_PROBE = re.compile(r"<presence\b[^>]*\btype='probe'[^>]*>")
_TO, _FROM = (re.compile(rf"\b{name}='([^']+)'") for name in ("to", "from"))
_CONNECT_S = 10.0
_SHOWS = ("", "<show>away</show>", "<show>dnd</show><status>In a meeting until noon</status>")


def address(number: int) -> str:
    """Of one of them."""
    return f"person{number}@{DOMAIN}"


class Crowd:
    """Answers for everybody of its domain (XEP-0114), faster than any client asks."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._socket = socket.create_connection((LOOPBACK, self._port), _CONNECT_S)
        self._say(
            "<stream:stream xmlns='jabber:component:accept' "
            f"xmlns:stream='http://etherx.jabber.org/streams' to='{DOMAIN}'>"
        )
        stream_id = _ID.search(self._hear_until(_ID)).group(1)  # type: ignore[union-attr]
        digest = hashlib.sha1((stream_id + SECRET).encode(), usedforsecurity=False).hexdigest()
        self._say(f"<handshake>{digest}</handshake>")
        self._hear_until(re.compile("<handshake"))
        self._socket.settimeout(None)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def _run(self) -> None:
        left = ""
        while True:
            try:
                heard = self._socket.recv(1 << 16)
            except OSError:
                return
            if not heard:
                return
            left += heard.decode(errors="replace")
            probes = list(_PROBE.finditer(left))
            if probes:
                left = left[probes[-1].end() :]
                self._say("".join(_answer(probe.group()) for probe in probes))

    def _say(self, text: str) -> None:
        self._socket.sendall(text.encode())

    def _hear_until(self, pattern: re.Pattern[str]) -> str:
        heard, deadline = "", time.monotonic() + _CONNECT_S
        while not pattern.search(heard):
            if time.monotonic() > deadline:
                raise TimeoutError(heard)
            heard += self._socket.recv(4096).decode()
        return heard


def _answer(probe: str) -> str:
    who, asks = (found.search(probe).group(1) for found in (_TO, _FROM))  # type: ignore[union-attr]
    show = _SHOWS[len(who) % len(_SHOWS)]
    return f"<presence from={quoteattr(who + '/desk')} to={quoteattr(asks)}>{show}</presence>"
