"""Handing calls over: who is connected with whom, told by the tones on each leg."""

from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from tests.peers.ear import eventually
from tests.peers.face import Face, Json, Screen
from tests.peers.telephone import Telephone

ALICE_HZ, BOB_HZ, CAROL_HZ = 700, 950, 1400


@pytest.fixture(scope="module")
def bob(practice: PracticeServer) -> Iterator[Telephone]:
    with Telephone(practice, "bob", BOB_HZ) as telephone:
        yield telephone


@pytest.fixture
def carol(practice: PracticeServer) -> Iterator[Telephone]:
    with Telephone(practice, "carol", CAROL_HZ) as telephone:
        yield telephone


def talking_with(alice: Face, number: str) -> Json:
    return alice.waits_for(alice.dial(number), state="confirmed")


def transfer(alice: Face, call: Json, **to: str) -> Json:
    response = alice.command(call, "transfer", to)
    assert response.status_code == 200, response.text
    return response.json()


def waits_for_transfer(alice: Face, call: Json, state: str, *, within_s: float = 6) -> Json:
    """The transfer of a call, once it is in this state."""

    def look() -> Json | None:
        found = alice.call(call["call_id"])["transfer"]
        return found if found is not None and found["state"] == state else None

    return eventually(look, within_s=within_s, what=f"transfer {state}")


class TestToANumber:
    def test_the_others_talk_to_each_other_when_the_target_answers(
        self, alice: Face, bob: Telephone, carol: Telephone
    ):
        with Screen(alice, ALICE_HZ):
            call = talking_with(alice, "102")
            bob.hears(ALICE_HZ)

            assert transfer(alice, call, target="103")["transfer"]["target"]["number"] == "103"

            ended = alice.waits_for(call, state="terminated")
            bob.hears(CAROL_HZ)
            carol.hears(BOB_HZ)
        assert ended["transfer"]["state"] == "completed"
        eventually(lambda: alice.calls() == [], what="no calls")
        assert alice.journal_entry(call, result="answered")["transferred_to"]["number"] == "103"

    @pytest.mark.parametrize(("target", "problem"), [("199", "busy"), ("4711", "not_found")])
    def test_the_call_comes_back_when_nothing_comes_of_it(
        self, alice: Face, bob: Telephone, target: str, problem: str
    ):
        with Screen(alice, ALICE_HZ) as screen:
            call = talking_with(alice, "102")
            transfer(alice, call, target=target)

            failed = waits_for_transfer(alice, call, "failed")
            alice.waits_for(call, state="confirmed", local_direction="sendrecv")
            bob.hears(ALICE_HZ)
            screen.hears(BOB_HZ)
        assert failed["problem"] == problem

    def test_a_target_that_is_gone_while_it_is_being_connected_gives_the_call_back(
        self, alice: Face, practice: PracticeServer, bob: Telephone
    ):
        for step in ("1,Answer", "2,Hangup"):
            asterisk_says(practice, f"dialplan add extension gone,{step} into internal")
        with Screen(alice, ALICE_HZ) as screen:
            call = talking_with(alice, "102")
            transfer(alice, call, target="gone")
            waits_for_transfer(alice, call, "failed", within_s=12)
            alice.waits_for(call, state="confirmed", local_direction="sendrecv")
            bob.hears(ALICE_HZ)
            screen.hears(BOB_HZ)
        assert [each["call_id"] for each in alice.calls()] == [call["call_id"]]

    def test_a_text_that_nobody_can_be_called_by_changes_nothing(self, alice: Face):
        call = talking_with(alice, "601")
        response = alice.command(call, "transfer", {"target": "🎉"})
        assert (response.status_code, response.json()["code"]) == (422, "target_undiallable")
        assert response.json()["fields"] == {"problem": "invalid_target"}
        assert alice.call(call["call_id"])["local_direction"] == "sendrecv"
        for nonsense in ({}, {"target": "102", "to_call_id": call["call_id"]}):
            assert alice.command(call, "transfer", nonsense).status_code == 422


class TestWhileTheTargetRings:
    """Carol's robot never answers."""

    @pytest.fixture
    def call(self, alice: Face, bob: Telephone) -> Json:
        call = talking_with(alice, "102")
        transfer(alice, call, target="103")
        waits_for_transfer(alice, call, "early")
        return alice.call(call["call_id"])

    def test_the_call_is_held_and_taken_back(self, alice: Face, bob: Telephone, call: Json):
        assert call["local_direction"] == "sendonly"
        with Screen(alice, ALICE_HZ) as screen:
            screen.hears(425)  # ringback
            alice.command({"call_id": call["transfer"]["to_call_id"]}, "hang-up")
            alice.waits_for(call, transfer=None, local_direction="sendrecv")
            bob.hears(ALICE_HZ)

    def test_a_party_that_leaves_takes_the_ringing_with_it(
        self, alice: Face, bob: Telephone, call: Json
    ):
        bob.hangs_up()
        ended = alice.waits_for(call, state="terminated")
        target = alice.waits_for({"call_id": call["transfer"]["to_call_id"]}, state="terminated")
        assert (ended["cause"], ended["transfer"]) == ("remote_bye", None)
        assert target["cause"] == "cancelled"

    def test_hanging_up_ends_both(self, alice: Face, call: Json):
        alice.command(call, "hang-up")
        eventually(lambda: alice.calls() == [], what="no calls")

    def test_a_second_transfer_is_refused_and_one_of_another_call_is_not(
        self, alice: Face, call: Json, carol: Telephone
    ):
        for to in ({"target": "601"}, {"to_call_id": call["transfer"]["to_call_id"]}):
            again = alice.command(call, "transfer", to)
            assert (again.status_code, again.json()["code"]) == (409, "wrong_call_state")
        other = talking_with(alice, "601")

        transfer(alice, other, target="103")  # her telephone is there now

        ended = alice.waits_for(other, state="terminated")
        assert ended["transfer"]["state"] == "completed"
        carol.hears(1004)
        assert alice.call(call["call_id"])["transfer"]["state"] == "early"


class TestToAnotherCall:
    def test_the_parties_of_two_calls_are_connected(
        self, alice: Face, bob: Telephone, carol: Telephone
    ):
        with Screen(alice, ALICE_HZ):
            first = talking_with(alice, "102")
            second = talking_with(alice, "103")
            alice.waits_for(first, local_direction="sendonly")
            carol.hears(ALICE_HZ)

            transfer(alice, first, to_call_id=second["call_id"])

            bob.hears(CAROL_HZ)
            carol.hears(BOB_HZ)
        for call, other in ((first, "103"), (second, "102")):
            ended = alice.waits_for(call, state="terminated")
            assert ended["transfer"]["state"] == "completed"
            assert ended["transfer"]["target"]["number"] == other

    def test_a_refused_one_leaves_both_calls_as_they_were(self, alice: Face):
        """Applications of the server cannot be connected with each other: REFER fails with 400."""
        with Screen(alice, ALICE_HZ) as screen:
            menu = talking_with(alice, "500")
            echo = talking_with(alice, "600")
            transfer(alice, menu, to_call_id=echo["call_id"])
            assert waits_for_transfer(alice, menu, "failed")["problem"] == "transfer_refused"
            screen.hears(ALICE_HZ)
        assert alice.call(menu["call_id"])["local_direction"] == "sendonly"
        assert alice.call(echo["call_id"])["transfer"] is None


class TestIncoming:
    @pytest.fixture
    def ringing(self, alice: Face) -> Json:
        request = talking_with(alice, "198")
        alice.command(request, "hang-up")
        return alice.is_called()

    def test_a_ringing_call_is_sent_on_without_being_answered(
        self, alice: Face, bob: Telephone, ringing: Json
    ):
        transfer(alice, ringing, target="102")
        ended = alice.waits_for(ringing, state="terminated")
        assert (ended["answered_at"], ended["sip_status"]) == (None, 302)
        assert ended["transfer"]["state"] == "completed"
        assert alice.journal_entry(ringing, result="rejected")["transferred_to"]["number"] == "102"
        bob.hears(1000, within_s=10)

    def test_answering_can_end_the_call_that_is_talked_on_but_not_a_held_one(
        self, alice: Face, ringing: Json
    ):
        held = talking_with(alice, "602")
        talked_on = talking_with(alice, "601")
        assert alice.command(ringing, "answer", {"others": "end"}).status_code == 200
        alice.waits_for(talked_on, state="terminated", cause="local_bye")
        alice.waits_for(ringing, state="confirmed", local_direction="sendrecv")
        assert alice.call(held["call_id"])["local_direction"] == "sendonly"
