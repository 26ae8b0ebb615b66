"""How colleagues are, and how they see us: against the real chat server and another client."""

from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face, Json

ALICE = "alice@practice"
BOB = "bob@practice"
CAROL = "carol@practice"


@pytest.fixture
def bob(practice: PracticeServer, alice: Face) -> Iterator[Chatter]:
    """Bob himself, beside his robot."""
    with Chatter(practice, "bob") as bob:
        yield bob


def colleague(face: Face, jid: str) -> Json:
    items = face.request("GET", "/api/v1/roster").json()["items"]
    return next((each for each in items if each["jid"] == jid), {"presence": None})


def sees(face: Face, jid: str, show: str, status: str) -> Json:
    def look() -> Json | None:
        found = colleague(face, jid)
        return found if found["presence"] == {"show": show, "status": status} else None

    return eventually(look, what=f"{jid} is not {show}, {status!r}")


def shows(face: Face, show: str, status: str = "") -> Json:
    response = face.request("PUT", "/api/v1/presence", {"show": show, "status": status})
    assert response.status_code == 200, response.text
    return response.json()


def first(face: Face, after: str, type_: str) -> Json:
    """The first event of this kind after another one."""
    return next(
        event
        for _event_id, event in face.stream(after)
        if isinstance(event, dict) and event["type"] == type_
    )


def is_seen_as(bob: Chatter, show: str, status: str) -> None:
    """What Bob is told of Alice; her stack is her only device."""

    def look() -> bool:
        resources = bob.do(lambda: list(bob.client.client_roster[ALICE].resources.values()))
        return [(each["show"], each["status"]) for each in resources] == [(show, status)]

    eventually(look, what=f"bob does not see alice as {show}, {status!r}")


def test_the_servers_contacts_are_there_with_group_and_presence(alice: Face):
    carol = sees(alice, CAROL, "away", "At lunch")

    assert (carol["name"], carol["groups"]) == ("Carol", ["Colleagues"])
    assert carol["subscription"] == "both"


def test_somebody_with_several_devices_has_the_presence_that_counts(alice: Face, bob: Chatter):
    bob.do(lambda: bob.client.send_presence(pshow="dnd", pstatus="In a meeting", ppriority=3))
    sees(alice, BOB, "dnd", "In a meeting")

    bob.do(lambda: bob.client.send_presence(ptype="unavailable"))
    sees(alice, BOB, "available", "A robot. Write to me!")


def test_a_status_text_does_nothing_to_its_surroundings(alice: Face, bob: Chatter):
    text = "two\nlines \N{RIGHT-TO-LEFT OVERRIDE}and <b>tags</b>"
    bob.do(lambda: bob.client.send_presence(pstatus=text, ppriority=3))

    sees(alice, BOB, "available", "two lines and <b>tags</b>")


def test_others_see_what_we_choose(alice: Face, bob: Chatter):
    shows(alice, "away", "Lunch")
    is_seen_as(bob, "away", "Lunch")

    told = shows(alice, "available")
    is_seen_as(bob, "", "")
    assert told == alice.request("GET", "/api/v1/presence").json()


def test_every_screen_hears_of_presence(alice: Face, bob: Chatter):
    before = alice.request("GET", "/api/v1/roster").json()["event_id"]
    shows(alice, "dnd", "Call")
    bob.do(lambda: bob.client.send_presence(pshow="xa", ppriority=3))

    assert first(alice, before, "chat.own_presence.changed")["presence"]["status"] == "Call"
    told = first(alice, before, "chat.roster.changed")
    assert {each["jid"] for each in told["items"]} == {BOB}


@pytest.mark.parametrize(
    "presence", [{"show": "offline"}, {"show": "busy"}, {"show": "away", "status": "x" * 257}]
)
def test_what_is_no_presence_of_ours_is_refused(alice: Face, presence: Json):
    assert alice.request("PUT", "/api/v1/presence", presence).status_code == 422


def test_status_texts_are_a_setting(alice: Face):
    texts = {"available": "", "away": "Mittag", "dnd": "Besprechung"}
    changed = alice.request("PATCH", "/api/v1/settings", {"status_texts": texts})

    assert changed.json()["status_texts"] == texts
    assert alice.request("GET", "/api/v1/settings").json()["status_texts"] == texts


def test_a_side_that_is_not_wanted_is_left_out(alice: Face):
    alice.request("DELETE", "/api/v1/session")
    assert alice.sign_in(without="chat").json()["chat"]["state"] == "absent"
    assert alice.request("GET", "/api/v1/roster").json()["items"] == []

    alice.request("DELETE", "/api/v1/session")
    assert alice.sign_in().json()["chat"]["state"] == "connected"
    sees(alice, CAROL, "away", "At lunch")
