"""Calls that start on another telephone of Alice's, which Bob's plays."""

from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from tests.peers.ear import eventually
from tests.peers.face import Face, Json, Screen
from tests.peers.telephone import Telephone

ALICE_HZ, DESK_HZ, CAROL_HZ = 700, 950, 1400
DESK = {"name": "Desk", "number": "102", "places_calls": True}
AWAY = {"name": "Mobile", "number": "103"}
BUSY = {"name": "Kitchen", "number": "199"}
RULES = "/api/v1/incoming-rules"


@pytest.fixture(scope="module")
def desk(practice: PracticeServer) -> Iterator[Telephone]:
    with Telephone(practice, "bob", DESK_HZ) as telephone:
        yield telephone


@pytest.fixture
def alice(alice: Face) -> Iterator[Face]:
    has_phones(alice, DESK, AWAY, BUSY)
    yield alice
    has_phones(alice)


def has_phones(alice: Face, *phones: Json) -> None:
    assert alice.request("PATCH", RULES, {"phones": phones}).status_code == 200


def dial(alice: Face, target: str, phone: str | None = None) -> Json:
    response = alice.request("POST", "/api/v1/calls", {"target": target, "phone": phone})
    assert response.status_code == 201, response.text
    return response.json()


def waits_for_phone(alice: Face, call: Json, state: str) -> Json:
    def look() -> Json | None:
        found = alice.call(call["call_id"])
        return found if found["placed_on"]["state"] == state else None

    return eventually(look, what=f"a telephone that is {state}")


def lets_go_of_the_phone(practice: PracticeServer) -> None:
    def look() -> bool:
        return "PJSIP/bob-" not in asterisk_says(practice, "core show channels concise")

    eventually(look, within_s=6, what="a phone that is let go")


def test_the_chosen_phone_talks_to_the_target_without_us(
    alice: Face, practice: PracticeServer, desk: Telephone
):
    with Telephone(practice, "carol", CAROL_HZ) as carol, Screen(alice, ALICE_HZ) as screen:
        call = dial(alice, "103")
        assert call["placed_on"] == {"name": "Desk", "number": "102", "state": "trying"}

        ended = alice.waits_for(call, state="terminated")

        carol.hears(DESK_HZ)
        desk.hears(CAROL_HZ)
        screen.hears_nothing()
        assert ended["transfer"]["state"] == "completed"
        assert alice.calls() == []
        desk.hangs_up()
    entry = alice.journal_entry(call, result="answered", talk_time_s=0)
    assert (entry["remote"]["number"], entry["placed_on"]["name"]) == ("103", "Desk")
    numbers = [each["remote"]["number"] for each in alice.journal(limit=2)["items"]]
    assert "102" not in numbers  # the way to the phone is no call of hers


def test_whoever_waits_at_the_phone_hears_it_ring_and_can_give_up(alice: Face, desk: Telephone):
    call = dial(alice, "103")
    alice.waits_for(call, state="early")
    desk.hears(425)
    desk.hangs_up()
    alice.waits_for(call, state="terminated", cause="cancelled", problem=None)


def test_a_busy_target_is_told_in_the_phone_and_here(
    alice: Face, practice: PracticeServer, desk: Telephone
):
    call = dial(alice, "199")
    ended = alice.waits_for(call, state="terminated", problem="busy")
    assert ended["placed_on"]["state"] == "confirmed"
    desk.hears(425)
    lets_go_of_the_phone(practice)


@pytest.mark.parametrize(("state", "phone"), [("early", AWAY), ("confirmed", DESK)])
def test_the_call_can_be_hung_up_at_every_stage(
    alice: Face, practice: PracticeServer, desk: Telephone, state: str, phone: Json
):
    call = dial(alice, "197", phone["number"])
    waits_for_phone(alice, call, state)
    assert alice.command(call, "hang-up").status_code == 200
    alice.waits_for(call, state="terminated", cause="cancelled")
    lets_go_of_the_phone(practice)


def test_a_phone_that_nobody_can_answer_says_so(alice: Face):
    ended = alice.waits_for(dial(alice, "601", BUSY["number"]), state="terminated")
    assert (ended["placed_on"]["state"], ended["problem"]) == ("failed", "busy")


def test_a_server_that_does_not_connect_them_leaves_them_to_us(alice: Face, desk: Telephone):
    """Applications of the server are not connected with each other: the menu plays the phone."""
    has_phones(alice, {"name": "Menu", "number": "500"})
    call = dial(alice, "600", "500")
    waits_for_phone(alice, call, "bridged")
    assert alice.command(call, "hold").status_code == 409
    assert alice.command(call, "hang-up").status_code == 200
    alice.waits_for(call, state="terminated", cause="local_bye")


def test_calls_for_help_start_here(alice: Face, desk: Telephone):
    for phone in (None, DESK["number"]):
        call = dial(alice, "112", phone)
        assert (call["placed_on"], call["priority"]) == (None, "emergency")
        alice.waits_for(call, state="terminated")


def test_only_ones_own_phones_make_calls_and_one_of_them_is_chosen(alice: Face):
    strange = alice.request("POST", "/api/v1/calls", {"target": "601", "phone": "601"})
    assert (strange.status_code, strange.json()["fields"]["field"]) == (422, "phone")
    two = alice.request("PATCH", RULES, {"phones": [DESK, {**AWAY, "places_calls": True}]})
    assert (two.status_code, two.json()["fields"]["field"]) == (422, "phones")
    assert alice.waits_for(dial(alice, "601", ""), state="confirmed")["placed_on"] is None
