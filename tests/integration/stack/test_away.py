"""Away when no screen is used, and back by oneself."""

from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer
from tests.integration.stack.test_presence import is_seen_as, shows
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face

AFTER_S = 1


@pytest.fixture
def bob(practice: PracticeServer, alice: Face) -> Iterator[Chatter]:
    with Chatter(practice, "bob") as bob:
        yield bob


@pytest.fixture
def idle(alice: Face) -> Iterator[Face]:
    """Alice, whose screens nobody touches; who soon is away then."""
    shows(alice, "available", "At my desk")
    texts = {"available": "At my desk", "away": "Back soon", "dnd": ""}
    change(alice, away_after_s=AFTER_S, status_texts=texts)
    yield alice
    change(alice, away_after_s=0, status_texts=dict.fromkeys(texts, ""))
    shows(alice, "available")


def change(face: Face, **settings: object) -> None:
    assert face.request("PATCH", "/api/v1/settings", settings).status_code == 200


def uses(face: Face, screen: str = "desk", *, locks: bool = False) -> None:
    body = {"screen": screen, "is_locked": locks}
    assert face.request("POST", "/api/v1/activity", body).status_code == 204


def is_told(face: Face, show: str, *, by_itself: bool) -> None:
    def look() -> bool:
        own = face.request("GET", "/api/v1/presence").json()
        return own["show"] == show and (own["instead_of"] is not None) == by_itself

    eventually(look, what=f"{show}, by itself: {by_itself}")


def test_nobody_at_any_screen_is_away_until_one_is_used(idle: Face, bob: Chatter):
    uses(idle)
    is_seen_as(bob, "away", "Back soon")
    is_told(idle, "away", by_itself=True)

    uses(idle, "sofa")
    is_seen_as(bob, "", "At my desk")
    is_told(idle, "available", by_itself=False)


def test_a_locked_screen_is_left_at_once(idle: Face):
    change(idle, away_after_s=3600)
    uses(idle)
    uses(idle, "sofa", locks=True)
    uses(idle, locks=True)
    is_told(idle, "away", by_itself=True)
    uses(idle)
    is_told(idle, "available", by_itself=False)


def test_whoever_telephones_is_there(idle: Face):
    uses(idle)
    is_told(idle, "away", by_itself=True)
    call = idle.request("POST", "/api/v1/calls", {"target": "600"}).json()
    is_told(idle, "available", by_itself=False)

    idle.request("POST", f"/api/v1/calls/{call['call_id']}/hang-up")
    is_told(idle, "away", by_itself=True)


def test_what_was_chosen_stays(idle: Face):
    shows(idle, "dnd", "Meeting")
    before = idle.request("GET", "/api/v1/presence").json()
    uses(idle)
    uses(idle, locks=True)
    change(idle, away_after_s=0)

    assert idle.request("GET", "/api/v1/presence").json() == before
