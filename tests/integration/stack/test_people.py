"""Whom we keep away, and who may see how we are: what others notice of it."""

from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer
from tests.integration.stack.test_presence import is_seen_as, shows
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face

ALICE, BOB, DAVE = "alice@practice", "bob@practice", "dave@practice"


@pytest.fixture
def bob(practice: PracticeServer, alice: Face) -> Iterator[Chatter]:
    with Chatter(practice, "bob") as bob:
        yield bob


@pytest.fixture(autouse=True)
def _as_before(alice: Face) -> Iterator[None]:
    yield
    for jid in blocked(alice):
        alice.request("DELETE", f"/api/v1/blocked/{jid}")


@pytest.fixture
def dave(practice: PracticeServer) -> Iterator[Chatter]:
    """Somebody of the same server whom nobody knows."""
    accounts = practice.directory / "prosody" / "data" / "practice" / "accounts"
    (accounts / "dave.dat").write_text('return { ["password"] = "dave-practice" };\n')
    with Chatter(practice, "dave") as dave:
        yield dave
    with Chatter(practice, "alice") as alice:
        alice.ask(lambda: alice.client.del_roster_item(DAVE))


def blocked(face: Face) -> list[str]:
    return face.request("GET", "/api/v1/blocked").json()["jids"]


def is_offline(bob: Chatter) -> None:
    roster = bob.client.client_roster[ALICE]
    eventually(lambda: not bob.do(lambda: list(roster.resources)), what="alice looks offline")


def test_who_is_blocked_reaches_nobody_and_sees_us_offline(alice: Face, bob: Chatter):
    shows(alice, "available")
    is_seen_as(bob, "", "")
    assert alice.request("PUT", f"/api/v1/blocked/{BOB}").status_code == 204
    assert blocked(alice) == [BOB]
    is_offline(bob)
    bob.send(ALICE, "Can you hear me?")
    bob.gets(lambda each: each["type"] == "error")

    assert alice.request("DELETE", f"/api/v1/blocked/{BOB}").status_code == 204
    assert blocked(alice) == []
    is_seen_as(bob, "", "")


def test_what_another_device_blocks_is_blocked_here(alice: Face, practice: PracticeServer):
    with Chatter(practice, "alice") as elsewhere:
        blocking = elsewhere.client.plugin["xep_0191"]
        elsewhere.ask(lambda: blocking.get_blocked())  # whoever asked is told of changes
        elsewhere.ask(lambda: blocking.block([BOB, DAVE, "spam.example"]))
        eventually(lambda: blocked(alice) == [BOB, DAVE], what="two people are blocked")
        elsewhere.send_xml("<iq type='set' id='all'><unblock xmlns='urn:xmpp:blocking'/></iq>")
    eventually(lambda: blocked(alice) == [], what="nobody is blocked")


@pytest.mark.parametrize("address", ["nobody", "spam.example", "a@b@c"])
def test_only_people_are_blocked(alice: Face, address: str):
    assert alice.request("PUT", f"/api/v1/blocked/{address}").status_code == 422


def test_who_asks_to_see_our_presence_is_answered(alice: Face, dave: Chatter):
    path, answers = "/api/v1/subscription-requests", []
    for kind in ("subscribed", "unsubscribed"):
        dave.do(lambda kind=kind: dave.client.add_event_handler(f"presence_{kind}", answers.append))

    def is_told(*types: str) -> None:
        eventually(lambda: [each["type"] for each in answers] == list(types), what=f"{types}")

    def asks(text: str) -> None:
        dave.do(lambda: dave.client.send_presence(pto=ALICE, ptype="subscribe", pstatus=text))
        wanted = [{"jid": DAVE, "text": text}]
        eventually(
            lambda: alice.request("GET", path).json()["items"] == wanted, what=f"{text!r} is shown"
        )

    def answers_with(*, is_accepted: bool) -> int:
        body = {"is_accepted": is_accepted}
        return alice.request("PUT", f"{path}/{DAVE}", body).status_code

    assert answers_with(is_accepted=True) == 404
    asks("It is me")
    assert answers_with(is_accepted=False) == 200
    is_told("unsubscribed")
    asks("Please!")
    assert answers_with(is_accepted=True) == 200
    is_told("unsubscribed", "subscribed")
    assert alice.request("GET", path).json()["items"] == []
    shows(alice, "available")
    is_seen_as(dave, "", "")
