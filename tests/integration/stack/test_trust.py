"""Whom the phone listens to, and whom it calls."""

from deploy.practice.server import PracticeServer, asterisk_says
from deploy.stack import Stack
from tests.peers.ear import eventually
from tests.peers.face import Face
from tests.peers.raw_phone import engine_ports


def test_a_phone_that_registered_over_tls_listens_on_no_other_port(alice: Face, alice_stack: Stack):
    """An address of UDP is easily forged, and a connection to us is nobody's business."""
    eventually(lambda: not engine_ports(alice_stack), what="ports of the engine")


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
