"""INVITEs of strangers, and header fields that mean harm."""

import socket
import uuid

import psutil
import pytest

from deploy.stack import Stack
from tests.peers.face import Face

STRANGER = "127.0.0.66"


def engine_port(stack: Stack) -> int:
    """The UDP port that the engine of this stack listens on for SIP."""
    audio = next(
        each.pid
        for each in psutil.net_connections("tcp")
        if each.status == psutil.CONN_LISTEN and each.laddr.port == stack.audio_port
    )
    ports = {
        each.laddr.port
        for each in psutil.Process(audio).net_connections("udp")
        if each.laddr.port >= 1024
    }
    return min(ports - set(range(stack.first_port + 100, stack.first_port + 200)))


def invite(port: int, source: str) -> str:
    """The status line that answers an INVITE from this address; 100 Trying does not count."""
    call = uuid.uuid4().hex
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((source, 0))
        own = f"{source}:{stranger.getsockname()[1]}"
        sdp = (
            f"v=0\r\no=- 1 1 IN IP4 {source}\r\ns=-\r\nc=IN IP4 {source}\r\nt=0 0\r\n"
            "m=audio 40000 RTP/AVP 8\r\n"
        )
        request = (
            f"INVITE sip:alice@127.0.0.1:{port} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{call};rport\r\n"
            f"From: <sip:boss@practice>;tag={call[:8]}\r\nTo: <sip:alice@practice>\r\n"
            f"Call-ID: {call}\r\nCSeq: 1 INVITE\r\nContact: <sip:boss@{own}>\r\n"
            f"Max-Forwards: 70\r\nContent-Type: application/sdp\r\n"
            f"Content-Length: {len(sdp)}\r\n\r\n{sdp}"
        )
        stranger.settimeout(5)
        stranger.sendto(request.encode(), ("127.0.0.1", port))
        while True:
            status = stranger.recv(4096).partition(b"\r\n")[0].decode()
            if not status.startswith("SIP/2.0 100"):
                return status


def test_an_invite_with_the_registrars_address_over_another_transport_never_rings(
    alice: Face, alice_stack: Stack
):
    """Alice registered over TLS; an address of UDP is easily forged."""
    assert invite(engine_port(alice_stack), "127.0.0.1").startswith("SIP/2.0 403")
    assert alice.calls() == []


def test_an_invite_that_does_not_come_from_the_registrars_side_never_rings(
    alice: Face, alice_stack: Stack
):
    assert invite(engine_port(alice_stack), STRANGER).startswith("SIP/2.0 403")
    assert alice.calls() == []


@pytest.mark.parametrize(
    "garbage", [b"", b"\x00" * 2000, b"INVITE sip:x SIP/2.0\r\n" * 500, b"\r\n"]
)
def test_garbage_on_the_sip_port_leaves_the_engine_alone(
    alice: Face, alice_stack: Stack, garbage: bytes
):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(garbage, ("127.0.0.1", engine_port(alice_stack)))
    call = alice.dial("600")
    alice.waits_for(call, state="confirmed")
