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
from tests.peers.face import Face, Json
from tests.peers.raw_phone import Message, RawDialog, RawPhone, engine_ports
from tests.peers.raw_server import RawServer
from tests.peers.rtp import Network, RtpSender

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


ONE_PERCENT, FIVE_PERCENT = Network(loses_one_of=100), Network(loses_one_of=20)
BUNCHED, GOOD = Network(bunched_ms=60), Network()


def test_what_the_network_does_to_the_sound_is_told_of_each_call(carol: Face, server: RawPhone):
    """Four calls, which a conference lets be heard at a time; the last one's sound breaks off."""
    answers, calls = [], []
    for network in (ONE_PERCENT, FIVE_PERCENT, BUNCHED, GOOD):
        answer, call = _answer(carol, RawDialog(server))
        if calls:
            _agree(server, "a=recvonly")  # the one before is held
        answers.append((answer, network))
        calls.append(call)
    ids = [call["call_id"] for call in calls]
    assert carol.request("POST", "/api/v1/conferences", {"call_ids": ids}).status_code == 201
    for _ in calls[:-1]:
        _agree(server)

    with ExitStack() as senders:
        for answer in answers[:-1]:
            senders.enter_context(RtpSender(*answer))
        with RtpSender(*answers[-1]):
            eventually(lambda: _quality(carol, calls[-1]), within_s=12, what="a quality")
        _hears(carol, calls[-1], rating="poor", problem="no_sound")
        with RtpSender(*answers[-1]):
            _hears(carol, calls[-1], problem=None)

            assert 0.4 <= _hears(carol, calls[0], rating="good")["loss_percent"] <= 2
            assert 4 <= _hears(carol, calls[1], problem="loss")["loss_percent"] <= 6
            assert 15 <= _quality(carol, calls[2])["jitter_ms"] <= 45


def test_a_transfer_of_which_nobody_tells_the_outcome_comes_back(carol: Face, server: RawPhone):
    """202 to the REFER, and no NOTIFY: both calls stay after ten seconds."""
    _, call = _answer(carol, RawDialog(server))
    assert carol.command(call, "transfer", {"target": "601"}).status_code == 200
    _agree(server, "a=recvonly")
    server.answer(server.receives("REFER", within_s=10), "202 Accepted")

    def look() -> Json | None:
        transfer = carol.call(call["call_id"])["transfer"]
        return transfer if transfer and transfer["state"] == "failed" else None

    transfer = eventually(look, within_s=15, what="a transfer that fails")
    assert transfer["problem"] == "transfer_refused"
    assert [each["state"] for each in carol.calls()] == ["confirmed", "confirmed"]


def _answered(carol: Face, dialog: RawDialog) -> Json:
    return _answer(carol, dialog)[1]


def _answer(carol: Face, dialog: RawDialog) -> tuple[Message, Json]:
    """A call that has been answered, and how."""
    dialog.invite()
    call = eventually(lambda: next(filter(_rings, carol.calls()), None), what="a call that rings")
    assert carol.command(call, "answer").status_code == 200
    answer = dialog.is_answered()
    return answer, carol.waits_for(call, state="confirmed")


def _rings(call: Json) -> bool:
    return call["state"] == "early"


def _agree(server: RawPhone, *attributes: str) -> None:
    """Answer a re-INVITE."""
    lines = "".join(f"{each}\r\n" for each in attributes)
    server.answer(server.receives("INVITE"), "200 OK", server.sdp() + lines)


def _quality(carol: Face, call: Json) -> Json | None:
    return carol.call(call["call_id"])["quality"]


def _hears(carol: Face, call: Json, **expected: object) -> Json:
    """The quality of a call, once it is so."""

    def look() -> Json | None:
        found = _quality(carol, call)
        return found if found and expected.items() <= found.items() else None

    return eventually(look, within_s=15, what=f"{expected} in {_quality(carol, call)}")


RINGING = (
    '<dialog id="1" call-id="a1@pbx" local-tag="l-2" remote-tag="r-3" direction="recipient">'
    '<remote><identity display="Dora">sip:104@practice</identity>'
    '<target uri="sip:104@practice"/></remote><state>early</state></dialog>'
)


@pytest.fixture
def pbx(
    carols_phone: tuple[Face, int], practice: PracticeServer, servers_directory: Path
) -> Iterator[RawServer]:
    """Where Carol is registered meanwhile; it has no code for picking up."""
    carol, _port = carols_phone
    with RawServer() as server:
        profile = practice.profile("udp").replace('pick_up_prefix = "*8"\n', "")
        profile = profile.replace(f"port = {practice.sip_port}\n", f"port = {server.port}\n")
        write(servers_directory / "udp-instances" / "raw.toml", profile)
        carol.request("DELETE", "/api/v1/session")
        assert carol.sign_in("carol@practice", server="raw").status_code == 200
        yield server
        carol.request("DELETE", "/api/v1/session")
    assert carol.sign_in("carol@practice", server="udp").status_code == 200


def test_a_call_whose_tags_are_told_is_picked_up_by_replaces(
    carols_phone: tuple[Face, int], pbx: RawServer
):
    carol, _port = carols_phone
    eventually(lambda: pbx.is_watched("102"), what="a subscription to Bob's dialogs")
    assert carol.request("POST", "/api/v1/lamps/102/pick-up").status_code == 409

    pbx.tells("102", RINGING)
    eventually(lambda: _lamp(carol, "102")["is_replaceable"], what="a call that can be replaced")
    call = carol.request("POST", "/api/v1/lamps/102/pick-up").json()

    invitation = pbx.invitations.get(timeout=5)
    assert invitation.start_line == "INVITE sip:104@practice SIP/2.0"
    assert invitation.header("Replaces") == "a1@pbx;to-tag=r-3;from-tag=l-2;early-only"
    assert invitation.header("Require") == "replaces"
    assert (call["remote"]["display_name"], call["picked_up_from"]) == ("Dora", "102")
    pbx.tells("102")
    eventually(lambda: not _lamp(carol, "102")["is_replaceable"], what="a lamp that is out")


def _lamp(face: Face, number: str) -> Json:
    lamps = face.request("GET", "/api/v1/lamps").json()["items"]
    return next(each for each in lamps if each["number"] == number)
