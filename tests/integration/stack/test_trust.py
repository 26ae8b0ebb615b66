"""INVITEs of strangers, and header fields that mean harm."""

import socket
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.peers.ear import eventually
from tests.peers.face import Face

STRANGER = "127.0.0.66"


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


def invite(port: int, source: str, caller: str = "boss") -> str:
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
            f"From: <sip:{caller}@practice>;tag={call[:8]}\r\nTo: <sip:alice@practice>\r\n"
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


def test_a_phone_that_registered_over_tls_listens_on_no_other_port(alice: Face, alice_stack: Stack):
    """An address of UDP is easily forged, and a connection to us is nobody's business."""
    eventually(lambda: not engine_ports(alice_stack), what="ports of the engine")


@pytest.fixture
def carol_over_udp(practice: PracticeServer, servers_directory: Path) -> Iterator[tuple[Face, int]]:
    """Carol, registered over UDP, and her phone's port."""
    instances = servers_directory / "udp-instances"
    instances.mkdir(exist_ok=True)
    write(instances / "udp.toml", practice.profile("udp"))
    stack = Stack.create(servers_directory / "udp", (instances,), name="udp")
    with ExitStack() as programs, Face(stack.address) as carol:
        programs.enter_context(running_all(stack_programs(stack), stack.directory / "log"))
        assert carol.sign_in("carol@practice", server="udp").status_code == 200
        (port,) = engine_ports(stack)
        yield carol, port


def test_what_strangers_send_to_the_sip_port(carol_over_udp: tuple[Face, int]):
    carol, port = carol_over_udp
    assert invite(port, STRANGER).startswith("SIP/2.0 403")
    for garbage in (b"", b"\x00" * 2000, b"INVITE sip:x SIP/2.0\r\n" * 500, b"\r\n"):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(garbage, ("127.0.0.1", port))
    assert carol.calls() == []
    carol.waits_for(carol.dial("600"), state="confirmed")

    # a caller "number" that is none is an unknown caller, and rings
    assert invite(port, "127.0.0.1", caller="+0123").startswith("SIP/2.0 180")
    call = carol.is_called()
    assert (call["remote"]["number"], call["remote"]["uri"]) == (None, "sip:+0123@practice")


def test_who_is_talked_to_cannot_make_us_call_somebody(alice: Face, practice: PracticeServer):
    """Asterisk transfers by REFER (RFC 3515); ours would be made with our credentials."""
    call = alice.dial("602")
    alice.waits_for(call, state="confirmed")
    channels = asterisk_says(practice, "core show channels concise").splitlines()
    channel = next(line.partition("!")[0] for line in channels if line.startswith("PJSIP/alice-"))
    asterisk_says(practice, f"channel redirect {channel} internal,refer-away,1")
    alice.waits_for(call, state="terminated")
    shown = asterisk_says(practice, "core show channels concise")
    assert "PJSIP/alice-" not in shown
