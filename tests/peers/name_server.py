"""A small DNS server: a zone of its own, silence for names under "dead.", NXDOMAIN for the rest."""

import socket
import threading
from collections.abc import Mapping
from typing import Self

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset


class NameServer:
    """Answers on a UDP port of the loopback interface. `zone` is (name, type) → record texts."""

    def __init__(self, zone: Mapping[tuple[str, str], list[str]]) -> None:
        self._zone = zone
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                query, sender = self._socket.recvfrom(4096)
            except OSError:
                return
            response = self._answer(dns.message.from_wire(query))
            if response is not None:
                self._socket.sendto(response.to_wire(), sender)

    def _answer(self, query: dns.message.Message) -> dns.message.Message | None:
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        if name.endswith("dead.example"):
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA | dns.flags.AA
        records = self._zone.get((name, dns.rdatatype.to_text(question.rdtype)))
        if records:
            response.answer.append(
                dns.rrset.from_text(question.name, 60, "IN", question.rdtype, *records)
            )
        elif not any(known == name for known, _type in self._zone):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response
