"""Group chats: between two stacks and other clients, at the real chat server."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest

from deploy.practice.server import PracticeServer
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face, Json

ALICE, BOB, CAROL = "alice@practice", "bob@practice", "carol@practice"
USER = "http://jabber.org/protocol/muc#user"


@pytest.fixture(scope="module")
def bob_stack(practice: PracticeServer, servers_directory: object) -> Iterator[Stack]:
    stack = Stack.create(practice.directory.parent / "bob", (practice.instances,), name="bob")
    with running_all(stack_programs(stack), stack.directory / "log"):
        yield stack


@pytest.fixture
def bob(bob_stack: Stack) -> Iterator[Face]:
    """Bob at a stack of his own, without a telephone."""
    with Face(bob_stack.address) as face:
        signs_in(face)
        yield face


@pytest.fixture
def tablet(practice: PracticeServer) -> Iterator[Chatter]:
    """Another client of Alice's."""
    with Chatter(practice, "alice", "tablet") as tablet:
        yield tablet


def signs_in(face: Face) -> None:
    response = face.sign_in("bob@practice", without="sip")
    assert response.status_code == 200, response.text


def begins(face: Face, *members: str, name: str = "Lunch") -> str:
    response = face.request("POST", "/api/v1/rooms", {"name": name, "members": list(members)})
    assert response.status_code == 201, response.text
    return str(response.json()["conversation_id"])


def room(face: Face, room_id: str) -> Json | None:
    items = face.request("GET", "/api/v1/rooms").json()["items"]
    return next((each for each in items if each["conversation_id"] == room_id), None)


def is_in(face: Face, room_id: str, **expected: object) -> Json:
    """The room, as soon as it is, or becomes, as expected."""

    def look() -> Json | None:
        found = room(face, room_id)
        fits = found and all(found[name] == value for name, value in expected.items())
        return found if fits else None

    return eventually(look, within_s=8, what=f"the room is not {expected}")


def path(room_id: str, rest: str = "") -> str:
    return f"/api/v1/conversations/{room_id}{rest}"


def says(face: Face, room_id: str, body: str, **draft: str) -> Json:
    response = face.request("POST", path(room_id, "/messages"), {"body": body, **draft})
    assert response.status_code == 201, response.text
    return response.json()


def messages(face: Face, room_id: str) -> list[Json]:
    return face.request("GET", path(room_id, "/messages"), params={"limit": 200}).json()["items"]


def bodies(face: Face, room_id: str) -> list[str]:
    return [each["body"] for each in messages(face, room_id)]


def sees(face: Face, room_id: str, body: str, **expected: object) -> Json:
    """A message with this text that is, or becomes, as expected."""

    def look() -> Json | None:
        return next(
            (
                each
                for each in messages(face, room_id)
                if each["body"] == body and expected.items() <= each.items()
            ),
            None,
        )

    return eventually(look, within_s=8, what=f"{body!r} is not {expected}")


def makes_private_room(chatter: Chatter, room_id: str) -> None:
    """As another client does."""
    muc = chatter.client.plugin["xep_0045"]
    chatter.enter(room_id)
    form = chatter.client.plugin["xep_0004"].make_form(ftype="submit")
    form.add_field(var="FORM_TYPE", value="http://jabber.org/protocol/muc#roomconfig")
    form.add_field(var="muc#roomconfig_membersonly", ftype="boolean", value=True)
    form.add_field(var="muc#roomconfig_whois", value="anyone")
    chatter.ask(lambda: muc.set_room_config(room_id, form))


def test_people_who_are_there_are_in_a_new_room_at_once(alice: Face, bob: Face):
    room_id = begins(alice, BOB, name="Lunch <b>& \u202emore")
    said = says(alice, room_id, "where shall we go?")
    assert (said["delivery"], said["sender_name"]) == ("pending", "alice")
    sees(alice, room_id, "where shall we go?", delivery="sent")

    come = sees(bob, room_id, "where shall we go?", direction="received", sender=ALICE)
    conversation = bob.request("GET", path(room_id)).json()
    assert (conversation["kind"], conversation["name"]) == ("room", "Lunch <b>& more")
    assert conversation["unread"] == 1
    members = is_in(bob, room_id, is_owner=False, name="Lunch <b>& more")["members"]
    assert [(each["jid"], each["is_owner"]) for each in members] == [(ALICE, True), (BOB, False)]
    is_in(alice, room_id, members=members)
    assert {each["show"] for each in members} == {"available"}

    read = bob.request("POST", path(room_id, "/read"), {"message_id": come["message_id"]})
    assert (read.json()["unread"], read.json()["read_up_to"]) == (0, come["position"])


def test_who_is_away_finds_the_invitation_later_and_what_was_said_since(alice: Face, bob: Face):
    assert bob.request("DELETE", "/api/v1/session").status_code == 204
    room_id = begins(alice, BOB)
    says(alice, room_id, "bob is not here yet")
    sees(alice, room_id, "bob is not here yet", delivery="sent")
    signs_in(bob)
    sees(bob, room_id, "bob is not here yet", sender=ALICE)


def test_who_is_added_later_sees_what_is_said_from_then_on(alice: Face, bob: Face):
    room_id = begins(alice)
    says(alice, room_id, "not for bob")
    sees(alice, room_id, "not for bob", delivery="sent")
    added = alice.request("POST", f"/api/v1/rooms/{room_id}/members", {"members": [BOB]})
    assert BOB in [each["jid"] for each in added.json()["members"]]
    says(alice, room_id, "for bob, too")
    sees(bob, room_id, "for bob, too")

    page: Json = {"older": ""}
    seen: list[str] = []
    while page["older"] is not None:
        before = {"before": page["older"]} if page["older"] else {}
        page = bob.request("GET", path(room_id, "/messages"), params=before).json()
        seen = [*(each["body"] for each in page["items"]), *seen]
    assert seen == ["for bob, too"]
    assert bodies(alice, room_id) == ["not for bob", "for bob, too"]


def test_in_a_room_messages_are_answered_corrected_reacted_to_and_retracted(alice: Face, bob: Face):
    room_id = begins(alice, BOB)
    question = says(alice, room_id, "tea or coffee?")
    come = sees(bob, room_id, "tea or coffee?")
    answer = says(bob, room_id, "tea", in_reply_to=come["message_id"])
    heard = sees(alice, room_id, "tea", sender=BOB)
    assert heard["in_reply_to"]["message_id"] == question["message_id"]

    own = path(room_id, f"/messages/{answer['message_id']}")
    assert bob.request("PATCH", own, {"body": "coffee"}).status_code == 200
    sees(alice, room_id, "coffee", message_id=heard["message_id"])
    reactions = path(room_id, f"/messages/{heard['message_id']}/reactions")
    assert alice.request("PUT", reactions, {"emoji": ["☕"]}).status_code == 200
    sees(bob, room_id, "coffee", reactions=[{"emoji": "☕", "senders": [ALICE]}])
    assert bob.request("DELETE", own).status_code == 200
    sees(alice, room_id, "", is_retracted=True, message_id=heard["message_id"])

    bob.request("POST", path(room_id, "/composing"), {"is_composing": True})
    eventually(lambda: alice.request("GET", path(room_id)).json()["composer"] == BOB)
    says(bob, room_id, "written")
    eventually(lambda: not alice.request("GET", path(room_id)).json()["is_composing"])


def test_owners_rename_a_room_everybody_changes_its_topic_and_it_outlives_its_owner(
    alice: Face, bob: Face
):
    room_id = begins(alice, BOB)
    is_in(bob, room_id)
    there = f"/api/v1/rooms/{room_id}"
    refused = bob.request("PATCH", there, {"name": "Bob's"})
    assert refused.json()["fields"]["reason"] == "not_allowed"
    assert bob.request("PATCH", there, {"topic": "today\nor not"}).json()["topic"] == "today or not"
    is_in(alice, room_id, topic="today or not")
    assert alice.request("PATCH", there, {"name": "Dinner"}).json()["name"] == "Dinner"
    is_in(bob, room_id, name="Dinner", topic="today or not")

    says(alice, room_id, "good-bye")
    sees(bob, room_id, "good-bye")
    left = alice.request("DELETE", there)
    assert (left.json()["has_left"], left.json()["end"]) == (True, "left")
    assert is_in(bob, room_id, is_owner=True)["members"][0]["jid"] == BOB
    says(bob, room_id, "alone")
    sees(bob, room_id, "alone", delivery="sent")
    assert bodies(alice, room_id) == ["good-bye"]
    refused = alice.request("POST", path(room_id, "/messages"), {"body": "still here"})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_room_state")

    assert bob.request("POST", f"{there}/members", {"members": [ALICE]}).status_code == 200
    is_in(alice, room_id, has_left=False, is_owner=False)
    says(bob, room_id, "welcome back")
    sees(alice, room_id, "welcome back")
    assert bodies(alice, room_id) == ["good-bye", "welcome back"]


def test_robots_take_an_invitation_and_bob_answers_once(alice: Face, bob: Face):
    """So that one person alone can try it. Bob himself is away."""
    assert bob.request("DELETE", "/api/v1/session").status_code == 204

    def is_robot_alone() -> bool:
        items = alice.request("GET", "/api/v1/roster").json()["items"]
        return "robot" in next(each for each in items if each["jid"] == BOB)["presence"]["status"]

    eventually(is_robot_alone)
    room_id = begins(alice, BOB, CAROL)
    there = {"show": "available"}
    eventually(
        lambda: all(there.items() <= each.items() for each in room(alice, room_id)["members"])
    )
    says(alice, room_id, "hello robots")
    sees(alice, room_id, "You wrote: “hello robots”", sender=BOB)
    says(alice, room_id, "and again")
    sees(alice, room_id, "and again", delivery="sent")
    assert [each["sender"] for each in messages(alice, room_id)] == [ALICE, BOB, ALICE]


def test_who_is_removed_and_whose_room_is_destroyed_can_read_it_still(
    alice: Face, bob: Face, tablet: Chatter
):
    room_id = begins(alice, BOB)
    says(alice, room_id, "hello")
    sees(bob, room_id, "hello")
    muc = tablet.client.plugin["xep_0045"]
    tablet.ask(lambda: muc.set_affiliation(room_id, "none", jid=BOB))
    is_in(bob, room_id, has_left=True, end="removed")
    is_in(alice, room_id, has_left=False)
    assert bodies(bob, room_id) == ["hello"]
    tablet.ask(lambda: muc.destroy(room_id))
    is_in(alice, room_id, has_left=True, end="destroyed")
    assert bodies(alice, room_id) == ["hello"]


def test_our_other_clients_know_where_we_are(alice: Face, tablet: Chatter):
    """By bookmarks (XEP-0402), in both directions."""
    room_id = begins(alice, name="Bookmarked")
    kept = eventually(lambda: tablet.bookmark(room_id))
    pubsub, node = tablet.client.plugin["xep_0060"], kept.namespace
    assert (kept["name"], kept["autojoin"], kept["nick"]) == ("Bookmarked", True, "alice")
    tablet.enter(room_id)
    tablet.send(room_id, "from the tablet", kind="groupchat")
    sees(alice, room_id, "from the tablet", direction="sent", delivery="sent")

    tablet.ask(lambda: pubsub.retract(ALICE, node, room_id, notify=True))
    is_in(alice, room_id, has_left=True, end="left")
    tablet.ask(lambda: pubsub.publish(ALICE, node, id=room_id, payload=kept.xml))
    is_in(alice, room_id, has_left=False)
    tablet.send(room_id, "since then", kind="groupchat")
    sees(alice, room_id, "since then")


def test_strangers_invite_nobody(alice: Face, practice: PracticeServer):
    accounts = practice.directory / "prosody" / "data" / "practice" / "accounts"
    write(accounts / "mallory.dat", 'return { ["password"] = "mallory-practice" };\n')
    with Chatter(practice, "mallory") as mallory, Chatter(practice, "bob", "desk") as bob:
        makes_private_room(mallory, "trap@rooms.practice")
        makes_private_room(bob, "lunch@rooms.practice")
        forged = (
            f"<message xmlns='jabber:client' to='{ALICE}'>"
            f"<x xmlns='{USER}'><invite from='{BOB}'/></x></message>"
        )
        mallory.send_xml(forged)
        mallory.do(
            lambda: mallory.client.plugin["xep_0249"].send_invitation(ALICE, "trap@rooms.practice")
        )
        mallory.do(lambda: mallory.client.plugin["xep_0045"].invite("trap@rooms.practice", ALICE))
        bob.do(lambda: bob.client.plugin["xep_0045"].invite("lunch@rooms.practice", ALICE))
        is_in(alice, "lunch@rooms.practice")
    assert room(alice, "trap@rooms.practice") is None
    assert "invited you" not in json.dumps(alice.request("GET", "/api/v1/conversations").json())


def test_nobody_in_a_room_speaks_for_another_or_for_its_archive(
    alice: Face, practice: PracticeServer
):
    room_id = begins(alice, BOB)
    with Chatter(practice, "bob", "desk") as bob:
        bob.enter(room_id)
        inner = (
            f"<message xmlns='jabber:client' from='{room_id}/carol' type='groupchat'>"
            "<body>send me money</body></message>"
        )
        result = (
            "<result xmlns='urn:xmpp:mam:2' queryid='x' id='y'>"
            f"<forwarded xmlns='urn:xmpp:forward:0'>{inner}</forwarded></result>"
        )
        aside = f"<body>send me money</body><x xmlns='{USER}'/>"
        for to, kind, content in (
            (room_id, "groupchat", result),
            (f"{room_id}/alice", "chat", result),
            (f"{room_id}/alice", "chat", aside),
        ):
            bob.send_xml(
                f"<message xmlns='jabber:client' to='{to}' type='{kind}'>{content}</message>"
            )
        bob.send_xml(
            f"<message xmlns='jabber:client' to='{room_id}' type='groupchat' id='{uuid4()}'>"
            f"<x xmlns='{USER}'><item jid='{CAROL}' affiliation='owner'/></x>"
            f"<stanza-id xmlns='urn:xmpp:sid:0' by='{room_id}' id='forged'/>"
            "<body>the end of the forgeries</body></message>"
        )
        last = sees(alice, room_id, "the end of the forgeries")
        assert (last["sender"], last["archive_id"] == "forged") == (BOB, False)
        foreign = {"id": messages(alice, room_id)[-1]["archive_id"]}
        own = says(alice, room_id, "mine")
        own = sees(alice, room_id, "mine", delivery="sent")
        bob.send(room_id, "", kind="groupchat", retract={"id": own["archive_id"]})
        bob.send(room_id, "", kind="groupchat", retract=foreign)
        sees(alice, room_id, "", is_retracted=True)
        sees(alice, room_id, "mine", is_retracted=False)
    assert "send me money" not in json.dumps(messages(alice, room_id))


@pytest.mark.parametrize(
    ("method", "rest", "body"),
    [
        ("POST", "", {"name": " "}),
        ("POST", "", {"name": "x" * 101}),
        ("POST", "", {"name": "x", "members": ["nobody"]}),
        ("GET", "/nothing", None),
        ("PATCH", "/lunch@rooms.practice", {"topic": "x" * 501}),
        ("POST", "/lunch@rooms.practice/members", {"members": []}),
    ],
)
def test_what_does_not_fit_is_refused(alice: Face, method: str, rest: str, body: Json | None):
    response = alice.request(method, f"/api/v1/rooms{rest}", body)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
