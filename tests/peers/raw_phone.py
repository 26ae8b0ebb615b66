"""A SIP phone that does just what a test tells it, good manners or not, over UDP; no media."""

import re
import socket
import time
from dataclasses import dataclass, field
from typing import Self
from uuid import uuid4

import psutil

from deploy.stack import Stack
from tests.peers.ear import Late

CRLF = "\r\n"


def engine_ports(stack: Stack) -> set[int]:
    """The ports that the engine of this stack listens on for SIP, by TCP or UDP."""
    engine = psutil.Process(
        next(
            each.pid
            for each in psutil.net_connections("tcp")
            if each.status == psutil.CONN_LISTEN and each.laddr.port == stack.audio_port
        )
    )
    rtp = set(range(stack.first_port + 100, stack.first_port + 200))
    ports = {each.laddr.port for each in engine.net_connections("udp") if each.laddr.port >= 1024}
    ports |= {
        each.laddr.port
        for each in engine.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN
    }
    return ports - rtp - {stack.audio_port}


@dataclass
class Message:
    """A request or a response, as it came."""

    text: str
    start_line: str = field(init=False)

    def __post_init__(self) -> None:
        self.start_line = self.text.partition(CRLF)[0]

    def header(self, name: str) -> str:
        """The first one; empty if there is none."""
        found = re.search(rf"^{name}\s*:\s*(.*?)\r$", self.text, re.IGNORECASE | re.MULTILINE)
        return found[1] if found else ""

    def headers(self, name: str) -> list[str]:
        return re.findall(rf"^{name}\s*:.*?\r$", self.text, re.IGNORECASE | re.MULTILINE)


class RawPhone:
    """Talks to one port. To the engine 127.0.0.1 is the address of its registrar."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self._target = ("127.0.0.1", port)
        self._source = source
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((source, 0))
        self.address = f"{source}:{self._socket.getsockname()[1]}"
        self._early: list[Message] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def send(self, message: str | bytes) -> None:
        octets = message if isinstance(message, bytes) else message.encode()
        self._socket.sendto(octets, self._target)

    def receives(self, start: str, within_s: float = 5) -> Message:
        """The next message whose first line begins so; others wait until they are asked for."""
        deadline = time.monotonic() + within_s
        for message in self._early:
            if message.start_line.startswith(start):
                self._early.remove(message)
                return message
        while (left_s := deadline - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                message = Message(self._socket.recv(65536).decode())
            except TimeoutError:
                break
            if message.start_line.startswith(start):
                return message
            self._early.append(message)
        seen = [message.start_line for message in self._early]
        raise Late(f"no {start}; but {seen}")

    def sdp(self, media: str = "RTP/AVP 8") -> str:
        host = self._source
        lines = ("v=0", f"o=- 1 1 IN IP4 {host}", "s=-", f"c=IN IP4 {host}", "t=0 0",
                 f"m=audio 40000 {media}", "")  # fmt: skip
        return CRLF.join(lines)

    def answer(self, request: Message, status: str, body: str = "", *headers: str) -> None:
        """Answer a request of the engine's."""
        kept = [line.rstrip("\r") for line in request.headers("Via")]
        kept += [f"{name}: {request.header(name)}" for name in ("From", "To", "Call-ID", "CSeq")]
        self.send(_message(f"SIP/2.0 {status}", [*kept, f"Contact: <sip:{self.address}>", *headers],
                           body))  # fmt: skip


class RawDialog:
    """One call that the raw phone makes to the engine."""

    def __init__(self, phone: RawPhone, caller: str = "bob") -> None:
        self._phone = phone
        self._call_id = uuid4().hex
        self._from = f"<sip:{caller}@practice>;tag={self._call_id[:8]}"
        self._to = "<sip:carol@practice>"
        self._target = "sip:carol@127.0.0.1"
        self._cseq = 0

    def request(self, method: str, body: str = "") -> None:
        """The next request of this dialog; ACK and CANCEL belong to the one before."""
        self._cseq += method not in ("ACK", "CANCEL")
        self._phone.send(self._message(method, body))

    def invite(self, sdp: str | None = None) -> None:
        self.request("INVITE", sdp or self._phone.sdp())

    def invitation(self) -> str:
        """What `invite` would send."""
        self._cseq += 1
        return self._message("INVITE", self._phone.sdp())

    def _message(self, method: str, body: str) -> str:
        branch = f"z9hG4bK{self._call_id}{self._cseq}{method == 'ACK'}"
        headers = [
            f"Via: SIP/2.0/UDP {self._phone.address};branch={branch};rport",
            f"From: {self._from}",
            f"To: {self._to}",
            f"Call-ID: {self._call_id}",
            f"CSeq: {self._cseq} {method}",
            f"Contact: <sip:bob@{self._phone.address}>",
            "Max-Forwards: 70",
        ]
        return _message(f"{method} {self._target} SIP/2.0", headers, body)

    def is_answered(self) -> Message:
        """Our INVITE with 200, which we acknowledge."""
        answer = self._phone.receives("SIP/2.0 200")
        self._to = answer.header("To")
        self._target = answer.header("Contact").partition("<")[2].partition(">")[0]
        self.request("ACK")
        return answer


def _message(start_line: str, headers: list[str], body: str) -> str:
    kind = ["Content-Type: application/sdp"] if body else []
    return CRLF.join([start_line, *headers, *kind, f"Content-Length: {len(body)}", "", body])
