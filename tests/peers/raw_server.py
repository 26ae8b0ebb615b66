"""A SIP server that registers everybody, tells of dialogs what a test wants, and takes a call."""

import socket
import threading
from queue import Queue
from typing import Self

from tests.peers.raw_phone import CRLF, Message

TAG = "raw-server"
KEPT = ("From", "Call-ID", "CSeq")


class RawServer:
    """Over UDP, in a thread of its own."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self.invitations: Queue[Message] = Queue()
        self._watchers: dict[str, tuple[Message, tuple[str, int]]] = {}
        self._versions: dict[str, int] = {}
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(2)
        self._socket.close()

    def tells(self, number: str, *dialogs: str) -> None:
        """NOTIFY whoever watches that number of all its dialogs (RFC 4235)."""
        asked, watcher = self._watchers[number]
        version = self._versions[number] = self._versions.get(number, -1) + 1
        body = (
            '<?xml version="1.0"?><dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" '
            f'version="{version}" state="full" entity="sip:{number}@practice">'
            f"{''.join(dialogs)}</dialog-info>"
        )
        contact = asked.header("Contact").partition("<")[2].partition(">")[0]
        headers = [
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};branch=z9hG4bK{number}{version}",
            f"From: {asked.header('To')};tag={TAG}",
            f"To: {asked.header('From')}",
            f"Call-ID: {asked.header('Call-ID')}",
            f"CSeq: {version + 1} NOTIFY",
            f"Contact: <sip:127.0.0.1:{self.port}>",
            "Max-Forwards: 70",
            "Event: dialog",
            "Subscription-State: active;expires=300",
            "Content-Type: application/dialog-info+xml",
        ]
        self._send(f"NOTIFY {contact} SIP/2.0", headers, body, watcher)

    def is_watched(self, number: str) -> bool:
        return number in self._watchers

    def _serve(self) -> None:
        while True:
            octets, source = self._socket.recvfrom(65536)
            if not octets:
                return
            if octets.strip():  # else it keeps the way open
                self._take(Message(octets.decode(errors="replace")), source)

    def _take(self, message: Message, source: tuple[str, int]) -> None:
        method, uri, *_version = message.start_line.split(" ")
        if method in ("REGISTER", "BYE", "OPTIONS"):
            expires = message.header("Expires") or "300"
            self._answer(message, "200 OK", source, f"Contact: {message.header('Contact')}",
                         f"Expires: {expires}")  # fmt: skip
        elif method == "SUBSCRIBE" and message.header("Event") == "dialog":
            self._answer(message, "200 OK", source, "Expires: 300")
            number = uri.partition(":")[2].partition("@")[0]
            self._watchers[number] = message, source
            self.tells(number)
        elif method == "SUBSCRIBE":
            self._answer(message, "489 Bad Event", source)
        elif method == "INVITE":
            self.invitations.put(message)
            self._answer(message, "486 Busy Here", source)

    def _answer(
        self, request: Message, status: str, source: tuple[str, int], *headers: str
    ) -> None:
        kept = [line.rstrip("\r") for line in request.headers("Via")]
        kept += [f"{name}: {request.header(name)}" for name in KEPT]
        to = request.header("To")
        kept.append(f"To: {to if 'tag=' in to else f'{to};tag={TAG}'}")
        self._send(f"SIP/2.0 {status}", [*kept, *headers], "", source)

    def _send(self, first: str, headers: list[str], body: str, to: tuple[str, int]) -> None:
        text = CRLF.join([first, *headers, f"Content-Length: {len(body)}", "", body])
        self._socket.sendto(text.encode(), to)
