"""Whether anybody listens at a hop: told in a moment, where SIP itself would wait for 32 s."""

import socket

from contracts.instance import SipTransport
from services.sip.engine.commands import Hop

TIMEOUT_S = 1.5
UDP_WAIT_S = 0.2
KEEPALIVE = b"\r\n\r\n"
"""Every SIP server ignores it (RFC 5626 section 3.5.1)."""


def refuses(hop: Hop) -> bool:
    """True if the port is closed. False says nothing: it may be open, or a firewall silent."""
    try:
        if hop.transport is SipTransport.UDP:
            _knock_by_udp(hop)
        else:
            socket.create_connection((hop.addresses[0], hop.port), TIMEOUT_S).close()
    except ConnectionRefusedError:
        return True
    except OSError:
        return False
    return False


def _knock_by_udp(hop: Hop) -> None:
    """A closed port answers with an ICMP message, which a connected socket reports."""
    family = socket.AF_INET6 if ":" in hop.addresses[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as knocking:
        knocking.settimeout(UDP_WAIT_S)
        knocking.connect((hop.addresses[0], hop.port))
        knocking.send(KEEPALIVE)
        knocking.recv(1)
