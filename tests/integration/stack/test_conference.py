"""Three people talk with each other: alice's calls with bob and carol, and a tone from each."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from deploy.practice.server import PracticeServer
from tests.peers.face import Face, Json, Screen
from tests.peers.telephone import Telephone, hears_all

ALICE_HZ, BOB_HZ, CAROL_HZ = 700, 1100, 1900


@dataclass(frozen=True)
class Meeting:
    """Alice has called bob, then carol: he waits on hold."""

    screen: Screen
    bob: Telephone
    carol: Telephone
    with_bob: Json
    with_carol: Json


@pytest.fixture(scope="module")
def telephones(practice: PracticeServer) -> Iterator[tuple[Telephone, Telephone]]:
    with Telephone(practice, "bob", BOB_HZ) as bob, Telephone(practice, "carol", CAROL_HZ) as carol:
        yield bob, carol


@pytest.fixture
def meeting(alice: Face, telephones: tuple[Telephone, Telephone]) -> Iterator[Meeting]:
    bob, carol = telephones
    with Screen(alice, tone_hz=ALICE_HZ) as screen:
        with_bob = alice.waits_for(alice.dial("102"), state="confirmed")
        with_carol = alice.waits_for(alice.dial("103"), state="confirmed")
        alice.waits_for(with_bob, local_direction="sendonly")
        yield Meeting(screen, bob, carol, with_bob, with_carol)


def test_each_of_three_hears_both_others(alice: Face, meeting: Meeting):
    conference_id = confer(alice, meeting)

    everybody_hears_everybody(meeting)
    for call in (meeting.with_bob, meeting.with_carol):
        assert alice.call(call["call_id"])["conference_id"] == conference_id
        assert alice.call(call["call_id"])["local_direction"] == "sendrecv"


def test_one_is_dropped_and_the_others_go_on(alice: Face, meeting: Meeting):
    conference_id = confer(alice, meeting)
    everybody_hears_everybody(meeting)

    dropped = drop(alice, conference_id, meeting.with_bob)

    assert dropped.status_code == 200
    ended = alice.waits_for(meeting.with_bob, state="terminated")
    assert ended["cause"] == "local_bye"
    alice.waits_for(meeting.with_carol, conference_id=None, local_direction="sendrecv")
    meeting.screen.hears(CAROL_HZ)
    meeting.carol.hears(ALICE_HZ)


def test_one_leaves_and_the_others_go_on(alice: Face, meeting: Meeting):
    confer(alice, meeting)
    everybody_hears_everybody(meeting)

    meeting.carol.hangs_up()

    assert alice.waits_for(meeting.with_carol, state="terminated")["cause"] == "remote_bye"
    alice.waits_for(meeting.with_bob, conference_id=None)
    meeting.screen.hears(BOB_HZ)
    meeting.bob.hears(ALICE_HZ)


def test_the_whole_conference_is_held_resumed_and_muted(alice: Face, meeting: Meeting):
    confer(alice, meeting)

    alice.command(meeting.with_bob, "hold")
    for call in (meeting.with_bob, meeting.with_carol):
        alice.waits_for(call, local_direction="sendonly")
    meeting.screen.hears_nothing()

    alice.command(meeting.with_carol, "resume")
    everybody_hears_everybody(meeting)

    alice.command(meeting.with_bob, "mute")
    alice.waits_for(meeting.with_carol, microphone="muted")
    meeting.bob.hears(CAROL_HZ)
    meeting.carol.hears(BOB_HZ)
    hears_all(meeting.screen, BOB_HZ, CAROL_HZ)


def test_another_call_holds_the_conference_and_can_join_it(alice: Face, meeting: Meeting):
    conference_id = confer(alice, meeting)

    tone = alice.waits_for(alice.dial("601"), state="confirmed")
    for call in (meeting.with_bob, meeting.with_carol):
        alice.waits_for(call, local_direction="sendonly")
    meeting.screen.hears(1004)

    joined = start(alice, tone, meeting.with_bob)
    assert joined.json()["conference_id"] == conference_id
    hears_all(meeting.screen, BOB_HZ, CAROL_HZ, 1004)
    hears_all(meeting.bob, ALICE_HZ, CAROL_HZ, 1004)
    hears_all(meeting.carol, ALICE_HZ, BOB_HZ, 1004)


def test_the_conference_ends_as_a_whole(alice: Face, meeting: Meeting):
    conference_id = confer(alice, meeting)
    assert alice.request("DELETE", f"/api/v1/conferences/{conference_id}").status_code == 204
    for call in (meeting.with_bob, meeting.with_carol):
        assert alice.waits_for(call, state="terminated")["cause"] == "local_bye"
    for call, other in ((meeting.with_bob, "103"), (meeting.with_carol, "102")):
        met = alice.journal_entry(call, result="answered")["conferred_with"]
        assert [each["number"] for each in met] == [other]


def test_what_cannot_be_a_conference_is_refused(alice: Face, meeting: Meeting):
    ringing = alice.waits_for(alice.dial("197"), state="early")
    refused = start(alice, meeting.with_carol, ringing)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_call_state")
    missing = start(alice, meeting.with_carol, {"call_id": "nobody"})
    assert (missing.status_code, missing.json()["code"]) == (404, "call_not_found")
    alone = start(alice, meeting.with_carol)
    assert (alone.status_code, alone.json()["code"]) == (422, "invalid_request")
    stranger = drop(alice, "another", meeting.with_bob)
    assert (stranger.status_code, stranger.json()["code"]) == (404, "call_not_found")
    assert alice.call(meeting.with_carol["call_id"])["conference_id"] is None


def start(alice: Face, *calls: Json):
    body = {"call_ids": [call["call_id"] for call in calls]}
    return alice.request("POST", "/api/v1/conferences", body)


def confer(alice: Face, meeting: Meeting) -> str:
    """Id of the conference of both calls."""
    started = start(alice, meeting.with_carol, meeting.with_bob)
    assert started.status_code == 201, started.text
    return started.json()["conference_id"]


def drop(alice: Face, conference_id: str, call: Json):
    path = f"/api/v1/conferences/{conference_id}/participants/{call['call_id']}"
    return alice.request("DELETE", path)


def everybody_hears_everybody(meeting: Meeting) -> None:
    hears_all(meeting.screen, BOB_HZ, CAROL_HZ)
    hears_all(meeting.bob, ALICE_HZ, CAROL_HZ)
    hears_all(meeting.carol, ALICE_HZ, BOB_HZ)
