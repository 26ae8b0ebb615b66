"""What stanzas do to a room's conversation, and what the engine makes of a room's stanzas."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slixmpp.stanza import Iq, Message, Presence
from slixmpp.xmlstream import ET

from contracts.chat import ConversationKind, Delivery, Direction
from contracts.chat_connection import ChatAccount
from contracts.instance import InstanceProfile
from services.chat.engine.archive import Archive
from services.chat.engine.client import XmppClient
from services.chat.engine.commands import ArchiveQuery, Quote, Reactions, Stanza
from services.chat.engine.occupancy import Occupancy
from services.chat.engine.room_commands import Attendance, Seat
from services.chat.engine.room_stanzas import read_archived, read_live
from services.chat.engine.stanzas import read
from services.chat.thread import Thread, ThreadState
from tests.unit.chat.threads import archived, bodies, live

ROMEO, JULIET, NURSE = "romeo@example.org", "juliet@example.org", "nurse@example.org"
ROOM = "balcony@rooms.example.org"
START = datetime(2026, 11, 25, 9, tzinfo=UTC)
USER = "http://jabber.org/protocol/muc#user"


# the conversation


def thread() -> Thread:
    state = ThreadState(
        conversation_id=ROOM, revision=0, kind=ConversationKind.ROOM, name="Balcony"
    )
    return Thread(state, dict)


def said(by: str, stanza_id: str, body: str = "", archive_id: str | None = None, **says) -> Stanza:
    return Stanza(
        conversation_id=ROOM,
        direction=Direction.SENT if by == ROMEO else Direction.RECEIVED,
        sender=by,
        sender_name=by.partition("@")[0],
        stanza_id=stanza_id,
        archive_id=archive_id,
        sent_at=START,
        is_groupchat=True,
        body=body,
        **says,
    )


def test_our_own_message_that_the_room_sends_back_is_sent():
    balcony = thread()
    live(balcony, said(ROMEO, "1", "she speaks"))
    (message,) = balcony.window()
    balcony.put(message.model_copy(update={"delivery": Delivery.PENDING}))
    live(balcony, said(ROMEO, "1", "she speaks", "a1"))
    (message,) = balcony.window()
    assert (message.delivery, message.archive_id) == (Delivery.SENT, "a1")


def test_ids_of_one_person_name_no_messages_of_another():
    balcony = thread()
    live(balcony, said(JULIET, "1", "a rose", "a1"), said(NURSE, "1", "a thorn", "a2"))
    live(balcony, said(NURSE, "2", "a bush", "a3", replaces="1"))
    assert bodies(balcony) == ["a rose", "a bush"]


def test_only_whose_message_it_is_retracts_it_and_everybody_reacts():
    balcony = thread()
    live(balcony, said(JULIET, "1", "good night", "a1"))
    live(balcony, said(NURSE, "2", archive_id="a2", retracts="a1"))
    reactions = Reactions(stanza_id="a1", emoji=("🌹",))
    live(balcony, said(NURSE, "3", reactions=reactions), said(ROMEO, "4", reactions=reactions))
    (message,) = balcony.window()
    assert (message.body, message.reactions[0].senders) == ("good night", (NURSE, ROMEO))
    live(balcony, said(JULIET, "5", archive_id="a5", retracts="a1"))
    assert balcony.window()[0].is_retracted


def test_a_change_of_a_message_that_is_read_later_waits_for_it():
    balcony = thread()
    archived(balcony, said(JULIET, "2", archive_id="a2", retracts="a1"))
    archived(balcony, said(JULIET, "1", "ay me", "a1"))
    assert balcony.window()[0].is_retracted


def test_a_message_that_was_put_into_the_room_again_is_there_once():
    balcony = thread()
    first, again = said(JULIET, "1", "O Romeo", "a1"), said(JULIET, "1", "O Romeo", "a2")
    live(balcony, first, again)
    archived(balcony, first, again)
    live(balcony, again)
    assert [(each.body, each.archive_id) for each in balcony.window()] == [("O Romeo", "a1")]
    live(balcony, said(JULIET, "1", "wherefore art thou", "a3"))
    assert bodies(balcony) == ["O Romeo", "wherefore art thou"]


def test_a_reply_names_its_message_by_the_rooms_archive():
    balcony = thread()
    live(balcony, said(ROMEO, "1", "what's in a name", "a1"))
    quote = Quote(stanza_id="a1", sender=None, excerpt="something else")
    live(balcony, said(JULIET, "2", "much", "a2", quote=quote))
    answer = balcony.window()[-1].in_reply_to
    assert (answer.sender, answer.excerpt) == (ROMEO, "what's in a name")


def test_who_stops_writing_says_nothing_of_who_still_writes():
    balcony = thread()
    live(balcony, said(JULIET, "1", is_composing=True), said(NURSE, "2", is_composing=False))
    assert (balcony.state.is_composing, balcony.state.composer) == (True, JULIET)
    live(balcony, said(JULIET, "3", "done", is_composing=False))
    assert (balcony.state.is_composing, balcony.state.composer) == (False, None)


@st.composite
def archives(draw) -> list[Stanza]:
    """What a room might keep: each says ids of their own."""
    size = draw(st.integers(1, 12))
    return [
        said(draw(st.sampled_from([ROMEO, JULIET, NURSE])), f"id{n}", f"text {n}", f"a{n}")
        for n in range(size)
    ]


@given(archive=archives(), data=st.data())
def test_nothing_is_missing_or_twice_or_out_of_order_whatever_came_live(archive, data):
    balcony = thread()
    read_up_to = 0
    for each in data.draw(st.permutations([*archive, *archive])):
        if data.draw(st.booleans(), label="came live"):
            live(balcony, each)
        elif read_up_to < len(archive):
            archived(balcony, archive[read_up_to])
            read_up_to += 1
    archived(balcony, *archive[read_up_to:])
    assert bodies(balcony) == [each.body for each in archive]


# the engine


@pytest.fixture
def client() -> Iterator[XmppClient]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    profile = InstanceProfile(name="example", domain="example.org")
    client = XmppClient(ChatAccount(user="romeo", password="x", profile=profile), "phone")
    loop.run_until_complete(asyncio.gather(*asyncio.all_tasks(loop)))
    yield client
    loop.close()


def message(client: XmppClient, content: str, sender: str = f"{ROOM}/juliet", kind="groupchat"):
    text = f"<message xmlns='jabber:client' from='{sender}' to='{ROMEO}' type='{kind}' id='1'>"
    return Message(client, ET.fromstring(f"{text}{content}</message>"))


def presence(client: XmppClient, nick: str, item: str, kind="", codes="", content=""):
    statuses = "".join(f"<status code='{code}'/>" for code in codes.split())
    type_ = f"type='{kind}'" if kind else ""
    return Presence(
        client,
        ET.fromstring(
            f"<presence xmlns='jabber:client' from='{ROOM}/{nick}' {type_}>"
            f"<x xmlns='{USER}'><item {item}/>{statuses}{content}</x></presence>"
        ),
    )


def occupancy(client: XmppClient) -> Occupancy:
    seat = Seat(conversation_id=ROOM, nick="romeo", since=START)
    room = Occupancy(seat, ROMEO)
    room.is_anonymous = False
    room.affiliations = {ROMEO: "member", JULIET: "owner", NURSE: "member"}
    room.hear(presence(client, "juliet", f"jid='{JULIET}/x' affiliation='owner'"))
    room.hear(presence(client, "romeo", f"jid='{ROMEO}/x' affiliation='member'", codes="110"))
    return room


def test_a_room_knows_its_members_there_or_not_and_who_speaks(client: XmppClient):
    room = occupancy(client)
    update = room.update()
    assert [(each.jid, each.show, each.is_owner) for each in update.members] == [
        (JULIET, "available", True),
        (NURSE, "offline", False),
        (ROMEO, "available", False),
    ]
    assert not update.is_owner
    assert (room.author("juliet"), room.author("nobody")) == (JULIET, None)
    room.hear(presence(client, "juliet", f"nick='jule' jid='{JULIET}/x'", "unavailable", "303"))
    assert (room.author("juliet"), room.author("jule")) == (None, JULIET)


@pytest.mark.parametrize(
    ("codes", "content", "end"),
    [
        ("110 321", "", Attendance.REMOVED),
        ("110 307", "", Attendance.REMOVED),
        ("110 307 333", "", Attendance.AWAY),
        ("110 332", "", Attendance.AWAY),
        ("110", "<destroy/>", Attendance.DESTROYED),
    ],
)
def test_why_we_are_in_a_room_no_longer(client: XmppClient, codes: str, content: str, end):
    room = occupancy(client)
    room.hear(presence(client, "romeo", "affiliation='none'", "unavailable", codes, content))
    assert not room.is_in
    assert room.over.result() is end


def test_names_and_topics_are_one_line_of_plain_text(client: XmppClient):
    room = occupancy(client)
    assert room.notice(message(client, f"<subject>to\u202eday\n{'x' * 1000}</subject>"))
    assert room.topic.startswith("today x")
    assert len(room.topic) == 500
    assert not room.notice(message(client, "<subject>a title</subject><body>and a text</body>"))


def test_only_what_is_said_in_a_room_now_is_its_message(client: XmppClient):
    heard = read_live(message(client, "<body>ay me</body>"), ROOM, ROMEO, JULIET)
    assert (heard.sender, heard.sender_name, heard.direction) == (JULIET, "juliet", "received")
    then = "stamp='2026-01-01T00:00:00Z'"
    old = f"<body>ay me</body><delay xmlns='urn:xmpp:delay' from='{ROOM}' {then}/>"
    assert read_live(message(client, old), ROOM, ROMEO, JULIET) is None
    assert (
        read(message(client, f"<body>psst</body><x xmlns='{USER}'/>", kind="chat"), ROMEO) is None
    )
    marker = "<displayed xmlns='urn:xmpp:chat-markers:0' id='a1'/>"
    assert read_live(message(client, marker), ROOM, ROMEO, JULIET) is None


def test_whose_an_archived_message_is_the_room_says_last(client: XmppClient):
    """In front of that stands what its sender says."""
    items = "".join(
        f"<x xmlns='{USER}'><item jid='{jid}'/></x>" for jid in (f"{NURSE}/x", f"{JULIET}/x")
    )
    stanza = message(client, f"<body>ay me</body>{items}")
    told = read_archived(stanza, ROOM, ROMEO, None, "a1", START, is_anonymous=False)
    assert (told.sender, told.archive_id, told.sent_at) == (JULIET, "a1", START)
    hidden = read_archived(stanza, ROOM, ROMEO, None, "a1", START, is_anonymous=True)
    assert (hidden.sender, hidden.sender_name) == (ROOM, "juliet")


def result(client: XmppClient, archive_id: str, sender: str = ROOM) -> Message:
    return message(
        client,
        f"<result xmlns='urn:xmpp:mam:2' queryid='q' id='{archive_id}'>"
        "<forwarded xmlns='urn:xmpp:forward:0'>"
        "<delay xmlns='urn:xmpp:delay' stamp='2026-11-25T09:00:00Z'/>"
        f"<message xmlns='jabber:client' from='{ROOM}/juliet' type='groupchat'>"
        f"<body>{archive_id}</body></message></forwarded></result>",
        sender,
        "normal",
    )


def test_of_a_rooms_archive_only_the_room_tells_and_nothing_from_before_our_part(
    client: XmppClient, monkeypatch: pytest.MonkeyPatch
):
    def read_room(said: Message, jid: str, archive_id: str, at: datetime) -> Stanza | None:
        return read_archived(said, jid, ROMEO, None, archive_id, at, is_anonymous=False)

    archive = Archive(client, read_room)
    forgeries = [result(client, "forged", each) for each in (f"{ROOM}/nurse", NURSE, ROMEO)]

    class Answer:
        """What a server does, and others do meanwhile."""

        async def send(self, **_options: object) -> Iq:
            for each in (result(client, "a1"), result(client, "a2"), result(client, "a3")):
                archive.take(each)
            for each in forgeries:
                archive.take(each)
            fin = "<iq xmlns='jabber:client'><fin xmlns='urn:xmpp:mam:2'/></iq>"
            return Iq(client, ET.fromstring(fin))

    monkeypatch.setattr(archive, "_request", lambda _query: Answer())
    query = ArchiveQuery(query_id="q", archive=ROOM, since_id="a2", before="", limit=10)
    page = asyncio.get_event_loop().run_until_complete(archive.read(query))
    assert ([each.body for each in page.stanzas], page.is_complete) == (["a3"], True)


def test_an_invitation_says_who_invites_and_where_our_part_begins(client: XmppClient):
    place = "<place xmlns='urn:handset:rooms:0' after='a7'/>"
    direct = f"<x xmlns='jabber:x:conference' jid='{ROOM}' reason='Bal&#10;cony'/>{place}"
    asked = read(message(client, direct, f"{JULIET}/x", "normal"), ROMEO).invitation
    assert (asked.conversation_id, asked.inviter, asked.is_mediated) == (ROOM, JULIET, False)
    assert (asked.name, asked.since_id) == ("Bal cony", "a7")

    mediated = f"<x xmlns='{USER}'><invite from='{JULIET}/x'/></x><body>invited you</body>"
    asked = read(message(client, mediated, ROOM, "normal"), ROMEO).invitation
    assert (asked.conversation_id, asked.inviter, asked.is_mediated) == (ROOM, JULIET, True)
    assert read(message(client, mediated, f"{ROOM}/nurse", "normal"), ROMEO) is None
    assert read(message(client, mediated, f"{NURSE}/x", "normal"), ROMEO) is None
