"""Strangers at the SIP port, messages that are none, and peers without manners.

Carol is registered over UDP, where anybody may send her engine anything. 127.0.0.1 is the address
of her registrar: what comes from there may ring.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.practice.server import PracticeServer
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.peers.ear import eventually
from tests.peers.face import Face
from tests.peers.raw_phone import RawDialog, RawPhone, engine_ports

STRANGER = "127.0.0.66"
FLOOD = 300
MOST_CALLS = 8


@pytest.fixture(scope="module")
def carols_phone(practice: PracticeServer, servers_directory: Path) -> Iterator[tuple[Face, int]]:
    instances = servers_directory / "udp-instances"
    instances.mkdir(exist_ok=True)
    write(instances / "udp.toml", practice.profile("udp"))
    stack = Stack.create(servers_directory / "udp", (instances,), name="udp")
    with ExitStack() as programs, Face(stack.address) as carol:
        programs.enter_context(running_all(stack_programs(stack), stack.directory / "log"))
        assert carol.sign_in("carol@practice", server="udp").status_code == 200
        (port,) = engine_ports(stack)
        yield carol, port


@pytest.fixture
def carol(carols_phone: tuple[Face, int]) -> Iterator[Face]:
    """Whatever a test did to her phone, it makes a call afterwards."""
    carol, _port = carols_phone
    yield carol
    carol.hang_up_everything()
    carol.waits_for(carol.dial("600"), state="confirmed")
    carol.hang_up_everything()


@pytest.fixture
def server(carols_phone: tuple[Face, int]) -> Iterator[RawPhone]:
    """Somebody at the address of her registrar."""
    with RawPhone(carols_phone[1]) as phone:
        yield phone


@pytest.fixture
def stranger(carols_phone: tuple[Face, int]) -> Iterator[RawPhone]:
    with RawPhone(carols_phone[1], STRANGER) as phone:
        yield phone


def test_strangers_are_refused_however_many_they_are(carol: Face, stranger: RawPhone):
    for _ in range(FLOOD):
        RawDialog(stranger).invite()
    for _ in range(FLOOD):
        stranger.receives("SIP/2.0 403", within_s=10)
    assert carol.calls() == []


def test_more_calls_than_anybody_can_answer_are_told_that_it_is_busy(carol: Face, server: RawPhone):
    for _ in range(3 * MOST_CALLS):
        RawDialog(server).invite()
    for _ in range(2 * MOST_CALLS):
        server.receives("SIP/2.0 486", within_s=10)
    eventually(lambda: len(carol.calls()) == MOST_CALLS, what="calls that ring")


def test_a_caller_number_that_is_none_is_an_unknown_caller_and_rings(carol: Face, server: RawPhone):
    RawDialog(server, caller="+0123").invite()
    server.receives("SIP/2.0 180")
    remote = carol.is_called()["remote"]
    assert (remote["number"], remote["uri"]) == (None, "sip:+0123@practice")


# after RFC 4475, section 3.1.2: what the name says is wrong with an INVITE that is right otherwise;
# the library bears a body that is too short (3.1.2.2), blanks after the first line (3.1.2.9), and a
# name that lacks its quotes (3.1.2.17)
MALFORMED = {
    "a negative length": ("Content-Length: {length}", "Content-Length: -999"),
    "a CSeq larger than any number": ("CSeq: 1 INVITE", "CSeq: 36893488147419103232 INVITE"),
    "a quote that never ends": ("To: <", 'To: "Carol <'),
    "angle brackets around the request URI": ("E sip:carol@127.0.0.1 ", "E <sip:carol@127.0.0.1> "),
    "a space in the request URI": ("sip:carol@127.0.0.1 SIP", "sip:carol@127.0.0.1; lr SIP"),
    "an unknown version of SIP": ("SIP/2.0\r\nVia", "SIP/7.0\r\nVia"),
    "another method in CSeq": ("CSeq: 1 INVITE", "CSeq: 1 OPTIONS"),
    "no From": ("From: ", "Subject: "),
    "no Call-ID": ("Call-ID: ", "Subject: "),
    "no Via": ("Via: ", "Subject: "),
}  # fmt: skip


def test_no_malformed_invite_rings(carol: Face, server: RawPhone):
    length = len(server.sdp())
    for fault, (right, wrong) in MALFORMED.items():
        sent = RawDialog(server, caller="-".join(fault.split())).invitation()
        malformed = sent.replace(right.format(length=length), wrong)
        assert malformed != sent
        server.send(malformed)
    server.send(os.urandom(1400))
    RawDialog(server, caller="alice").invite()
    server.receives("SIP/2.0 180")
    carol.is_called()
    assert [call["remote"]["uri"] for call in carol.calls()] == ["sip:alice@practice"]


def test_codecs_that_nobody_knows_are_refused_as_such(carol: Face, server: RawPhone):
    RawDialog(server).invite(server.sdp("RTP/AVP 77"))
    server.receives("SIP/2.0 488")
    assert carol.calls() == []


def test_a_peer_that_never_answers_bye_does_not_keep_the_call(carol: Face, server: RawPhone):
    call = _answered(carol, RawDialog(server))
    carol.command(call, "hang-up")
    server.receives("BYE")
    carol.waits_for(call, state="terminated", cause="local_bye")


def test_hold_is_asked_again_after_the_peer_was_busy_with_its_own(carol: Face, server: RawPhone):
    call = _answered(carol, RawDialog(server))
    assert carol.command(call, "hold").status_code == 200
    first = server.receives("INVITE")
    server.answer(first, "491 Request Pending")
    second = server.receives("INVITE")
    assert "a=sendonly" in second.text
    server.answer(second, "200 OK", server.sdp() + "a=recvonly\r\n")
    carol.waits_for(call, state="confirmed", local_direction="sendonly")


def test_a_peer_that_re_invites_all_the_time_disturbs_nobody(carol: Face, server: RawPhone):
    dialog = RawDialog(server)
    call = _answered(carol, dialog)
    revision = call["revision"]
    for _ in range(10):
        dialog.invite()
        dialog.is_answered()
    assert carol.call(call["call_id"])["revision"] == revision
    dialog.request("BYE")
    carol.waits_for(call, state="terminated", cause="remote_bye")


def test_who_gives_up_while_the_answer_is_under_way_is_not_talked_to(carol: Face, server: RawPhone):
    """The 200 and CANCEL cross: the call is hung up by the caller's BYE."""
    dialog = RawDialog(server)
    call = _answered(carol, dialog)
    dialog.request("CANCEL")
    dialog.request("BYE")
    carol.waits_for(call, state="terminated")


def _answered(carol: Face, dialog: RawDialog) -> dict:
    dialog.invite()
    call = carol.is_called()
    assert carol.command(call, "answer").status_code == 200
    dialog.is_answered()
    return carol.waits_for(call, state="confirmed")
