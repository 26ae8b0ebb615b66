"""Somebody on the way between a telephone and its server, who looks at every packet of sound."""

import socket
import threading
from contextlib import suppress
from typing import Self

ETHERNET_BYTES, IP_BYTES, UDP_BYTES, RTP_BYTES = 14, 20, 8, 12
ALL_PROTOCOLS = 0x0003
WANTED = 60


class Eavesdropper:
    """Listens at an interface of the namespace that it is made in.

    What passes there is RTP if it says so: version 2, RFC 3550 section 5.1.
    """

    def __init__(self, interface: str) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self._socket.bind((interface, ALL_PROTOCOLS))
        self._socket.settimeout(0.2)
        self._first_bytes: list[int] = []
        self._is_over = False
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over = True
        self._thread.join()
        self._socket.close()

    @property
    def has_heard_enough(self) -> bool:
        return len(self._first_bytes) >= WANTED

    @property
    def understands(self) -> bool:
        """Whether the sound is plain.

        The first byte of each packet of Opus says how it is coded (RFC 6716 section 3.1), and is
        nearly always the same; encrypted it is any of 256.
        """
        assert self.has_heard_enough
        return len(set(self._first_bytes[:WANTED])) < WANTED / 4

    def _listen(self) -> None:
        while not self._is_over:
            with suppress(TimeoutError):
                self._take(self._socket.recv(2048)[ETHERNET_BYTES:])

    def _take(self, packet: bytes) -> None:
        is_udp = packet[:1] == b"\x45" and packet[9] == socket.IPPROTO_UDP
        datagram = packet[IP_BYTES + UDP_BYTES :]
        if is_udp and len(datagram) > RTP_BYTES and datagram[0] >> 6 == 2 and datagram[1] < 192:
            self._first_bytes.append(datagram[RTP_BYTES])
