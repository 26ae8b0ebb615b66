"""Messages in rooms: as they come, and from a room's archive."""

from datetime import datetime

from slixmpp.stanza import Message

from contracts.chat import Direction
from contracts.rooms import LONGEST_NICK
from services.chat.engine.commands import Stanza
from services.chat.engine.stanzas import archive_id_by, bare, named, time_of, with_content
from services.chat.plain_text import one_line

USER = "{http://jabber.org/protocol/muc#user}"


def read_live(message: Message, room: str, own: str, author: str | None) -> Stanza | None:
    """`author` is whose the nick is. What was written before we came is in the archive."""
    delay = message.get_plugin("delay", check=True)
    if delay is not None and delay["from"].bare == room:
        return None
    return _read(message, room, own, author, archive_id_by(room, message), None)


def read_archived(
    message: Message,
    room: str,
    own: str,
    author: str | None,
    archive_id: str,
    at: datetime,
    *,
    is_anonymous: bool,
) -> Stanza | None:
    """`author` is whose the nick is now; rooms that tell it say whose it was then."""
    told = None if is_anonymous else _author_told(message)
    return _read(message, room, own, told or author, archive_id, at)


def _read(
    message: Message,
    room: str,
    own: str,
    author: str | None,
    archive_id: str | None,
    at: datetime | None,
) -> Stanza | None:
    nick = message["from"].resource
    if message["type"] != "groupchat" or not nick:
        return None
    stanza = Stanza(
        conversation_id=room,
        direction=Direction.SENT if author == own else Direction.RECEIVED,
        sender=author or room,
        sender_name=one_line(nick, LONGEST_NICK),
        stanza_id=named(message),
        archive_id=archive_id,
        sent_at=time_of(at),
        is_groupchat=True,
    )
    return with_content(stanza, message)


def _author_told(message: Message) -> str | None:
    """By the room, which puts it behind everything else: a sender may have put in the like."""
    elements = message.xml.findall(f"{USER}x")
    item = elements[-1].find(f"{USER}item") if elements else None
    return bare(item.get("jid") or "") if item is not None else None
