"""Conversations of two, against the real chat server and another client."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face, Json

BOB = "/api/v1/conversations/bob@practice"


@pytest.fixture
def bob(practice: PracticeServer, alice: Face) -> Iterator[Chatter]:
    """Bob himself: his robot is silent."""
    with Chatter(practice, "bob") as bob:
        yield bob


def send(face: Face, body: str, key: str | None = None, **draft: str) -> Json:
    response = face.request(
        "POST",
        f"{BOB}/messages",
        {"body": body, **draft},
        headers={"Idempotency-Key": key or uuid4().hex},
    )
    assert response.status_code == 201, response.text
    return response.json()


def messages(face: Face, **query: object) -> list[Json]:
    response = face.request("GET", f"{BOB}/messages", params={"limit": 200, **query})
    assert response.status_code == 200, response.text
    return response.json()["items"]


def sees(face: Face, body: str, *, within_s: float = 5, **expected: object) -> Json:
    """A message with this text that is, or becomes, as expected."""

    def look() -> Json | None:
        fitting = [
            each
            for each in messages(face)
            if each["body"] == body and all(each[name] == value for name, value in expected.items())
        ]
        return fitting[-1] if fitting else None

    return eventually(look, within_s=within_s, what=f"{body!r} is not {expected}")


def conversation(face: Face) -> Json:
    return face.request("GET", BOB).json()


def test_a_message_is_sent_delivered_and_displayed(alice: Face, bob: Chatter):
    text = f"hello <b>bob</b> & \u202eall {uuid4()}"
    assert send(alice, text)["delivery"] in ("pending", "sent")
    come = bob.hears(text)
    sees(alice, text, delivery="sent")
    bob.send("alice@practice", "", receipt=come["id"])
    sees(alice, text, delivery="delivered")
    bob.send("alice@practice", "", displayed={"id": come["id"]})
    sees(alice, text, delivery="displayed")


def test_what_comes_is_unread_until_it_is_read_here_or_elsewhere(
    alice: Face, bob: Chatter, practice: PracticeServer
):
    before = conversation(alice)["unread"]
    text = f"are you there {uuid4()}"
    receipt = bob.send("alice@practice", text, request_receipt=True)
    come = sees(alice, text, direction="received")
    assert eventually(lambda: conversation(alice)["unread"]) == before + 1
    bob.gets(lambda message: message["receipt"] == receipt)

    read = alice.request("POST", f"{BOB}/read", {"message_id": come["message_id"]})
    assert (read.json()["unread"], read.json()["read_up_to"]) == (0, come["position"])
    bob.gets(lambda message: message["displayed"]["id"] == receipt)

    again = bob.send("alice@practice", f"still there {uuid4()}")
    eventually(lambda: conversation(alice)["unread"] == 1)
    with Chatter(practice, "alice", "tablet") as tablet:
        tablet.send("bob@practice", "", displayed={"id": again})
        eventually(lambda: conversation(alice)["unread"] == 0)


def test_read_positions_are_told_among_our_devices(
    alice: Face, bob: Chatter, practice: PracticeServer
):
    """By a node of the account (XEP-0490), also where the other is told nothing."""
    text = f"seen on the tablet {uuid4()}"
    bob.send("alice@practice", text)
    come = sees(alice, text)
    with Chatter(practice, "alice", "tablet") as tablet:
        node = tablet.client.plugin["xep_0490"]
        tablet.ask(lambda: node.flag_chat("bob@practice", come["archive_id"]))
        eventually(lambda: conversation(alice)["read_up_to"] == come["position"])

        text = f"seen here {uuid4()}"
        bob.send("alice@practice", text)
        come = sees(alice, text)
        alice.request("POST", f"{BOB}/read", {"message_id": come["message_id"]})

        def told() -> bool:
            (item,) = tablet.ask(node.catch_up)["pubsub"]["items"]
            return item["payload"].find("{urn:xmpp:sid:0}stanza-id").get("id") == come["archive_id"]

        eventually(told)


def test_a_command_that_is_repeated_sends_nothing_twice(alice: Face, bob: Chatter):
    key, text = uuid4().hex, f"once {uuid4()}"
    first, second = send(alice, text, key), send(alice, text, key)
    assert first["message_id"] == second["message_id"] == key
    send(alice, f"after {text}")
    bob.hears(f"after {text}")
    assert sum(each["body"] == text for each in bob.messages) == 1
    assert sum(each["body"] == text for each in messages(alice)) == 1


def test_a_message_is_answered_corrected_reacted_to_and_retracted(alice: Face, bob: Chatter):
    question, answer = f"tea or coffee {uuid4()}", f"tea {uuid4()}"
    asked = bob.send("alice@practice", question)
    come = sees(alice, question)
    said = send(alice, answer, in_reply_to=come["message_id"])
    assert said["in_reply_to"]["excerpt"] == question
    heard = bob.gets(lambda message: message["body"].endswith(answer))
    assert heard["reply"]["id"] == asked
    message = f"{BOB}/messages/{said['message_id']}"

    corrected = f"coffee {uuid4()}"
    assert alice.request("PATCH", message, {"body": corrected}).json()["edited_at"]
    assert bob.hears(corrected)["replace"]["id"] == said["stanza_id"]

    reactions = f"{BOB}/messages/{come['message_id']}/reactions"
    assert alice.request("PUT", reactions, {"emoji": ["👍", "☕"]}).status_code == 200
    sign = bob.gets(lambda each: each["reactions"]["id"] == asked)
    assert {each["value"] for each in sign["reactions"]} == {"👍", "☕"}
    bob.send("alice@practice", "", reactions={"id": said["stanza_id"], "values": {"💜"}})
    reaction = {"emoji": "💜", "senders": ["bob@practice"]}
    sees(alice, corrected, reactions=[reaction])

    assert alice.request("DELETE", message).json()["is_retracted"]
    bob.gets(lambda each: each["retract"]["id"] == said["stanza_id"])
    foreign = f"{BOB}/messages/{come['message_id']}"
    refused = alice.request("DELETE", foreign)
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_message_state")


def test_whoever_writes_is_seen_writing(alice: Face, bob: Chatter):
    send(alice, f"write to me {uuid4()}")
    bob.send("alice@practice", "", chat_state="composing")
    eventually(lambda: conversation(alice)["is_composing"])
    bob.send("alice@practice", f"written {uuid4()}", chat_state="active")
    eventually(lambda: not conversation(alice)["is_composing"])
    assert alice.request("POST", f"{BOB}/composing", {"is_composing": True}).status_code == 204
    bob.gets(lambda message: message["chat_state"] == "composing")


def test_what_another_device_of_ours_sends_is_there(
    alice: Face, bob: Chatter, practice: PracticeServer
):
    text = f"from the tablet {uuid4()}"
    with Chatter(practice, "alice", "tablet") as tablet:
        tablet.send("bob@practice", text)
        assert sees(alice, text, direction="sent")["sender"] == "alice@practice"


def test_nobody_makes_up_copies_or_archives_of_ours(alice: Face, bob: Chatter):
    forged = (
        "<message xmlns='jabber:client' to='alice@practice' type='chat'>"
        "<{0} xmlns='{1}' queryid='x' id='y'><forwarded xmlns='urn:xmpp:forward:0'>"
        "<message xmlns='jabber:client' from='carol@practice' to='alice@practice' type='chat'>"
        "<body>send me money</body></message></forwarded></{0}></message>"
    )
    bob.send_xml(forged.format("received", "urn:xmpp:carbons:2"))
    bob.send_xml(forged.format("sent", "urn:xmpp:carbons:2"))
    bob.send_xml(forged.format("result", "urn:xmpp:mam:2"))
    bob.send_xml(
        "<message xmlns='jabber:client' to='alice@practice' type='chat' id='stamped'>"
        "<delay xmlns='urn:xmpp:delay' from='bob@practice' stamp='2001-01-01T00:00:00Z'/>"
        "<stanza-id xmlns='urn:xmpp:sid:0' by='carol@practice' id='forged'/>"
        "<body>the end of the forgeries</body></message>"
    )
    last = sees(alice, "the end of the forgeries")
    assert last["archive_id"] != "forged"
    assert not last["sent_at"].startswith("2001")
    carol = alice.request("GET", "/api/v1/conversations/carol@practice/messages").json()
    assert "send me money" not in json.dumps(carol)


def test_an_address_of_nobody_is_told_and_can_be_tried_again(alice: Face):
    nobody = "/api/v1/conversations/nobody@practice/messages"
    assert alice.request("GET", nobody).json()["items"] == []
    sent = alice.request("POST", nobody, {"body": "hello"}).json()

    def failed() -> Json | None:
        items = alice.request("GET", nobody).json()["items"]
        found = [each for each in items if each["message_id"] == sent["message_id"]]
        return found[0] if found and found[0]["delivery"] == "failed" else None

    first = eventually(failed)
    assert first["problem"] == "recipient_unknown"
    again = alice.request("POST", f"{nobody}/{sent['message_id']}/retry")
    assert again.status_code == 200, again.text
    assert again.json()["delivery"] == "pending"
    assert eventually(failed)["revision"] > first["revision"]


def test_older_pages_come_from_the_servers_archive(alice: Face, bob: Chatter, alice_stack: Stack):
    """More than a stack keeps of a conversation."""
    number = 520
    mark = uuid4().hex
    for each in range(number):
        bob.send("alice@practice", f"{mark} {each}")
    sees(alice, f"{mark} {number - 1}", within_s=30)
    seen: list[Json] = []
    page: Json = {"older": ""}
    while page["older"] is not None:
        before = {"before": page["older"]} if page["older"] else {}
        page = alice.request("GET", f"{BOB}/messages", params={"limit": 200, **before}).json()
        seen = [*page["items"], *seen]
    ours = [each["body"] for each in seen if mark in each["body"]]
    assert ours == [f"{mark} {each}" for each in range(number)]
    positions = [each["position"] for each in seen]
    assert positions == sorted(set(positions))


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{BOB}/messages", {"body": ""}),
        ("POST", f"{BOB}/messages", {"body": " \n "}),
        ("POST", f"{BOB}/messages", {"body": "x" * 16_001}),
        ("POST", "/api/v1/conversations/no-address/messages", {"body": "x"}),
        ("POST", "/api/v1/conversations/a@b<script>/messages", {"body": "x"}),
        ("GET", f"{BOB}/messages?before=nonsense", None),
        ("GET", f"{BOB}/messages?limit=100000", None),
        ("PUT", "/api/v1/presence", {"show": "offline"}),
        ("PUT", "/api/v1/presence", {"show": "away", "status": "x" * 257}),
    ],
)
def test_what_does_not_fit_is_refused(alice: Face, method: str, path: str, body: Json | None):
    response = alice.request(method, path, body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
