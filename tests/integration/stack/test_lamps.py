"""The lamps of colleagues, lit by the practice server, and what can be done by them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.peers.ear import eventually
from tests.peers.face import Face, Json, Screen

ALICE, CAROL, DESK, NOBODY = "101", "103", "104", "999"
TONE_HZ = 700
PEOPLE = """
[[people]]
name = "Desk"
numbers = ["104"]
[[people]]
name = "Nobody"
numbers = ["999"]
"""


@pytest.fixture(scope="module")
def bob_stack(practice: PracticeServer, servers_directory: Path) -> Iterator[Stack]:
    """A stack whose profile knows a desk phone that the tests play, and a number that is none."""
    asterisk_says(practice, f"dialplan add extension {DESK},hint,Custom:desk into internal")
    instances = servers_directory / "lamps-instances"
    instances.mkdir()
    write(instances / "practice.toml", practice.profile() + PEOPLE)
    stack = Stack.create(servers_directory / "lamps", (instances,), name="lamps")
    with running_all(stack_programs(stack), stack.directory / "log"):
        yield stack


@pytest.fixture
def bob(bob_stack: Stack) -> Iterator[Face]:
    with Face(bob_stack.address) as face:
        assert face.sign_in("bob@practice").status_code == 200
        yield face
        face.hang_up_everything()


@pytest.fixture
def desk(practice: PracticeServer) -> Iterator["Desk"]:
    desk = Desk(practice)
    desk.is_now("NOT_INUSE")
    yield desk
    desk.is_now("NOT_INUSE")


class Desk:
    """A phone that is whatever a test says."""

    def __init__(self, practice: PracticeServer) -> None:
        self._practice = practice

    def is_now(self, device_state: str) -> None:
        asterisk_says(self._practice, f"devstate change Custom:desk {device_state}")


def lamp(face: Face, number: str) -> Json:
    lamps = face.request("GET", "/api/v1/lamps").json()["items"]
    return next(each for each in lamps if each["number"] == number)


def sees(face: Face, number: str, state: str, *, within_s: float = 5) -> Json:
    """The lamp, once it is in this state."""

    def look() -> Json | None:
        found = lamp(face, number)
        return found if found["state"] == state else None

    return eventually(look, within_s=within_s, what=f"{state} at {number}: {lamp(face, number)}")


@contextmanager
def somebody_calls(number: str, practice: PracticeServer) -> Iterator[None]:
    """A caller who hears the phone ring, and then lets a tone of 1004 Hz be heard."""
    asterisk_says(practice, f"channel originate Local/{number}@internal application Milliwatt")
    yield
    asterisk_says(practice, "channel request hangup all")


def test_a_lamp_tells_who_is_called_and_by_whom(bob: Face):
    sees(bob, CAROL, "free")

    call = bob.dial(CAROL)

    called = sees(bob, CAROL, "called")
    assert (called["remote"]["display_name"], called["remote"]["number"]) == ("Bob", "102")
    bob.command(call, "hang-up")
    assert sees(bob, CAROL, "free")["remote"] is None


@pytest.mark.parametrize(
    ("device_state", "state"),
    [("INUSE", "busy"), ("RINGINUSE", "called"), ("ONHOLD", "busy"), ("UNAVAILABLE", "offline")],
)
def test_each_state_of_a_phone_has_its_lamp(bob: Face, desk: Desk, device_state, state):
    sees(bob, DESK, "free")
    desk.is_now(device_state)
    sees(bob, DESK, state)


def test_whose_only_phone_signs_out_is_offline(bob: Face, alice_stack: Stack):
    with Face(alice_stack.address) as alice:
        assert alice.sign_in().status_code == 200
        sees(bob, ALICE, "free")
        alice.request("DELETE", "/api/v1/session")
    sees(bob, ALICE, "offline")


def test_whoever_cannot_be_watched_is_unknown_and_we_are_no_lamp_of_our_own(bob: Face):
    sees(bob, CAROL, "free")
    assert lamp(bob, NOBODY)["state"] == "unknown"
    lamps = bob.request("GET", "/api/v1/lamps").json()["items"]
    assert "102" not in {each["number"] for each in lamps}


def test_a_call_that_rings_at_a_colleague_is_picked_up(bob: Face, practice: PracticeServer):
    with somebody_calls(CAROL, practice), Screen(bob) as screen:
        sees(bob, CAROL, "called")

        answer = bob.request("POST", f"/api/v1/lamps/{CAROL}/pick-up")

        assert answer.status_code == 201, answer.text
        call = bob.waits_for(answer.json(), state="confirmed")
        assert call["picked_up_from"] == CAROL
        screen.hears(1004)
        sees(bob, CAROL, "free")


def test_where_nothing_rings_nothing_is_picked_up(bob: Face):
    sees(bob, CAROL, "free")
    for number, status, code in [
        (CAROL, 409, "wrong_lamp_state"),
        ("105", 404, "lamp_not_found"),
        ("nobody", 422, "invalid_request"),
    ]:
        answer = bob.request("POST", f"/api/v1/lamps/{number}/pick-up")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert bob.calls() == []


class TestParking:
    """The PBX keeps a call, and tells by the lamp of a slot where."""

    def busy_slot(self, face: Face) -> Json | None:
        lamps = face.request("GET", "/api/v1/lamps").json()["items"]
        slots = [each for each in lamps if each["kind"] == "parking"]
        return next((each for each in slots if each["state"] == "busy"), None)

    def test_a_parked_call_is_retrieved_by_one_click(self, bob: Face, alice: Face):
        sees(bob, ALICE, "free")
        call = bob.dial(ALICE)
        alice.command(alice.is_called(), "answer")
        bob.waits_for(call, state="confirmed")

        assert bob.command(call, "park").status_code == 200

        parked = bob.waits_for(call, state="terminated")["transfer"]
        assert (parked["state"], parked["target"]["number"]) == ("completed", "700")
        slot = eventually(lambda: self.busy_slot(bob), what="a busy slot")
        assert slot["remote"]["number"] == ALICE

        with Screen(bob) as ear, Screen(alice, tone_hz=TONE_HZ):
            answer = bob.request("POST", f"/api/v1/lamps/{slot['number']}/pick-up")
            assert answer.status_code == 201, answer.text
            back = bob.waits_for(answer.json(), state="confirmed")
            assert (back["remote"]["number"], back["picked_up_from"]) == (ALICE, slot["number"])
            ear.hears(TONE_HZ)
        sees(bob, slot["number"], "free")

    def test_what_only_rings_is_not_parked(self, bob: Face):
        call = bob.dial(CAROL)
        bob.waits_for(call, state="early")
        assert bob.command(call, "park").json()["code"] == "wrong_call_state"


class TestCallCompletion:
    """To be told when somebody who was busy is free."""

    def test_it_is_told_when_both_are_free(self, bob: Face, desk: Desk):
        desk.is_now("INUSE")
        sees(bob, DESK, "busy")
        asked = bob.request("POST", f"/api/v1/lamps/{DESK}/completion").json()
        assert asked["completion"]["is_ready"] is False

        talk = bob.dial("600")
        desk.is_now("NOT_INUSE")
        sees(bob, DESK, "free")
        assert lamp(bob, DESK)["completion"]["is_ready"] is False

        bob.command(talk, "hang-up")
        eventually(lambda: lamp(bob, DESK)["completion"]["is_ready"])

    def test_it_ends_with_a_call_that_rings_there_and_not_with_one_that_fails(
        self, bob: Face, desk: Desk
    ):
        for number in (CAROL, DESK):
            sees(bob, number, "free")
            bob.request("POST", f"/api/v1/lamps/{number}/completion")

        bob.waits_for(bob.dial(DESK), state="terminated", problem="not_found")
        bob.dial(CAROL)

        eventually(lambda: lamp(bob, CAROL)["completion"] is None)
        assert lamp(bob, DESK)["completion"] is not None

    def test_it_can_be_cancelled(self, bob: Face, desk: Desk):
        sees(bob, DESK, "free")
        path = f"/api/v1/lamps/{DESK}/completion"
        assert bob.request("POST", path).json()["completion"]["is_ready"] is True
        assert bob.request("DELETE", path).json()["completion"] is None
        assert bob.request("DELETE", path).status_code == 200
