"""RTP as a bad network delivers it: PCMA, with the losses and delays that a test wants."""

import re
import socket
import threading
import time
from dataclasses import dataclass
from typing import Self

from tests.peers.raw_phone import Message

PACKET_MS, SAMPLES = 20, 160
PCMA, SILENCE = 8, b"\xd5"


@dataclass(frozen=True)
class Network:
    """What becomes of the packets."""

    loses_one_of: int | None = None
    bunched_ms: int = 0
    """The first of a bunch waits so long that the last, which does not wait, has caught up."""

    def loses(self, sequence: int) -> bool:
        return self.loses_one_of is not None and sequence % self.loses_one_of == 0

    def delay_ms(self, sequence: int) -> int:
        return self.bunched_ms - sequence * PACKET_MS % (self.bunched_ms + PACKET_MS)


class RtpSender:
    """A stream to where the answer to an INVITE says, for as long as it is entered."""

    def __init__(self, answer: Message, network: Network) -> None:
        port = re.search(r"^m=audio (\d+)", answer.text, re.MULTILINE)
        assert port is not None, answer.text
        self._target = ("127.0.0.1", int(port[1]))
        self._network = network
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._send, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        self._thread.join(2)

    def _send(self) -> None:
        began_at, sequence = time.monotonic(), 1
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as network:
            while True:
                due_ms = sequence * PACKET_MS + self._network.delay_ms(sequence)
                if self._is_over.wait(max(0, began_at + due_ms / 1000 - time.monotonic())):
                    return
                if not self._network.loses(sequence):
                    network.sendto(_packet(sequence), self._target)
                sequence += 1


def _packet(sequence: int) -> bytes:
    """RFC 3550 section 5.1."""
    header = bytes((0x80, PCMA)) + (sequence % 0x10000).to_bytes(2, "big")
    return header + (sequence * SAMPLES).to_bytes(4, "big") + b"test" + SILENCE * SAMPLES
