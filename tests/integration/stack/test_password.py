"""The password at the chat server: changed from here, and changed elsewhere."""

from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face, Json

OLD, NEW = "alice-practice", "another word, with ünïcode"


@pytest.fixture(autouse=True)
def _as_before(alice: Face) -> Iterator[None]:
    yield
    if change(alice, NEW, OLD)[0] == 200:
        is_connected(alice)


def change(face: Face, current: str, new: str) -> tuple[int, Json]:
    response = face.request("POST", "/api/v1/profile/password", {"current": current, "new": new})
    return response.status_code, response.json()


def chat_of(face: Face) -> Json:
    return face.request("GET", "/api/v1/session").json()["chat"]


def is_connected(face: Face) -> None:
    eventually(lambda: chat_of(face)["state"] == "connected", what="chat is connected")


def sign_in_to_chat(face: Face, password: str) -> tuple[int, Json]:
    body = {"user": "alice@practice", "password": password}
    response = face.request("POST", "/api/v1/session/chat", body)
    return response.status_code, response.json()


def resource_of_alice(bob: Chatter) -> str:
    roster = bob.client.client_roster["alice@practice"]
    return next(iter(eventually(lambda: bob.do(lambda: list(roster.resources)))))


def test_the_stack_goes_on_with_the_new_password(alice: Face, practice: PracticeServer):
    status, problem = change(alice, "not mine", NEW)
    assert (status, problem["fields"]["field"]) == (422, "current")

    assert change(alice, OLD, NEW) == (200, {"telephone": "separate"})
    with Chatter(practice, "bob") as bob:
        resource = resource_of_alice(bob)
    before = chat_of(alice)["revision"]
    with Chatter(practice, "alice", resource, password=NEW):  # this ends the stack's own stream
        eventually(lambda: chat_of(alice)["revision"] > before, what="the stack's stream ends")
        is_connected(alice)
    with Face(alice.address) as browser:  # the telephone's is what the stack asks for
        assert browser.sign_in().status_code == 200


def test_a_password_that_was_changed_elsewhere_is_asked_for(alice: Face, practice: PracticeServer):
    with Chatter(practice, "alice") as elsewhere:
        register = elsewhere.client.plugin["xep_0077"]
        elsewhere.ask(lambda: register.change_password(NEW, jid="practice"))
    eventually(lambda: chat_of(alice)["problem"] == "wrong_password", what="the stack is let out")

    status, problem = sign_in_to_chat(alice, "not mine")
    assert (status, problem["fields"]["reason"]) == (403, "wrong_password")
    status, session = sign_in_to_chat(alice, NEW)
    assert (status, session["chat"]["state"]) == (200, "connected")
    assert session["sip"]["state"] == "active"


def test_chat_that_is_refused_beside_a_telephone_says_so(alice: Face, alice_stack: Stack):
    alice.request("DELETE", "/api/v1/session")
    assert alice.sign_in(without="chat").status_code == 200
    other = {"user": "bob@practice", "password": "not his"}
    assert alice.request("POST", "/api/v1/session/chat", other).status_code == 403
    eventually(lambda: chat_of(alice)["state"] == "absent", what="there is no chat")

    assert sign_in_to_chat(alice, OLD)[0] == 200
    is_connected(alice)
