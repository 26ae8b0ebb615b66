"""Message stanzas to and from what the service works with."""

from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter, ValidationError
from slixmpp import JID
from slixmpp.stanza import Message

from contracts.chat import LONGEST_BODY, LONGEST_EXCERPT, MOST_REACTIONS, DeliveryProblem, Direction
from contracts.identity import BareJid
from contracts.rooms import LONGEST_ROOM_NAME
from services.chat.engine.commands import Bounce, Quote, Reactions, Stanza
from services.chat.engine.room_commands import Invitation
from services.chat.plain_text import one_line

LONGEST_ID = 512
LONGEST_RECEIVED_BODY = 4 * LONGEST_BODY
LONGEST_DETAIL = 200
FUTURE = timedelta(minutes=5)
REPLY_NS = "urn:xmpp:reply:0"
PLACE = "{urn:handset:rooms:0}place"
"""With an invitation, and in a bookmark: where in the room's archive our part begins."""
PROBLEMS = {
    "item-not-found": DeliveryProblem.RECIPIENT_UNKNOWN,
    "service-unavailable": DeliveryProblem.RECIPIENT_UNKNOWN,
    "recipient-unavailable": DeliveryProblem.RECIPIENT_UNKNOWN,
    "remote-server-not-found": DeliveryProblem.SERVER_UNREACHABLE,
    "remote-server-timeout": DeliveryProblem.SERVER_UNREACHABLE,
    "not-acceptable": DeliveryProblem.REFUSED,
    "not-allowed": DeliveryProblem.REFUSED,
    "forbidden": DeliveryProblem.REFUSED,
    "policy-violation": DeliveryProblem.REFUSED,
    "resource-constraint": DeliveryProblem.REFUSED,
}
_bare_jid: TypeAdapter[str] = TypeAdapter(BareJid)


def read(
    message: Message, own: str, archive_id: str | None = None, stamp: datetime | None = None
) -> Stanza | None:
    """What a stanza says, if anything that belongs to a conversation of two.

    `archive_id` and `stamp` are those of the archive, which alone the caller has checked to be
    ours; `own` is our bare address.
    """
    kind = message["type"]
    if kind not in ("chat", "normal", "error"):
        return None
    sender = bare(message["from"]) or own
    recipient = bare(message["to"]) or own
    is_sent = sender == own and kind != "error"
    conversation_id = recipient if is_sent else sender
    if own not in (sender, recipient):
        return None
    stanza = Stanza(
        conversation_id=conversation_id,
        direction=Direction.SENT if is_sent else Direction.RECEIVED,
        sender=sender,
        stanza_id=named(message),
        archive_id=archive_id or archive_id_by(own, message),
        sent_at=time_of(stamp or _delay(message, own)),
    )
    if kind == "error":
        return stanza.model_copy(update={"bounce": _bounce(message)})
    if (invitation := _invitation(stanza, message)) is not None:
        return stanza.model_copy(update={"invitation": invitation})
    if message.get_plugin("muc", check=True) is not None:
        return None  # said aside by somebody in a room
    return with_content(stanza, message)


def _invitation(stanza: Stanza, message: Message) -> Invitation | None:
    muc = message.get_plugin("muc", check=True)
    mediated = muc.get_plugin("invite", check=True) if muc is not None else None
    direct = message.get_plugin("groupchat_invite", check=True)
    is_said_aside = mediated is not None and message["from"].resource  # by somebody in a room
    if stanza.direction is Direction.SENT or is_said_aside:
        return None
    if mediated is not None:
        room, inviter, reason = bare(message["from"]), bare(mediated["from"]), mediated["reason"]
    elif direct is not None:
        room, inviter, reason = bare(direct["jid"]), stanza.sender, direct["reason"]
    else:
        return None
    if room is None or inviter is None:
        return None
    place = message.xml.find(PLACE)
    return Invitation(
        conversation_id=room,
        inviter=inviter,
        is_mediated=mediated is not None,
        name=one_line(reason or "", LONGEST_ROOM_NAME),
        since=stanza.sent_at,
        since_id=place.get("after", "")[:LONGEST_ID] if place is not None else None,
    )


def with_content(stanza: Stanza, message: Message) -> Stanza | None:
    """None if it says nothing."""
    content: dict[str, object] = {
        "body": _text(message["body"], LONGEST_RECEIVED_BODY),
        "file_url": _file_url(message),
        "replaces": _id_in(message, "replace"),
        "retracts": _id_in(message, "retract"),
        "delivered": short(message["receipt"]),
        "displayed": _id_in(message, "displayed"),
        "wants_receipt": bool(message["request_receipt"]),
        "is_composing": _is_composing(message["chat_state"]),
    }
    if reply_id := _id_in(message, "reply"):
        content |= _reply(message, reply_id)
    if target := _id_in(message, "reactions"):
        content["reactions"] = Reactions(stanza_id=target, emoji=_emoji(message))
    if stanza.is_groupchat:  # receipts of everybody to everybody are of no use to anybody
        is_other = stanza.direction is Direction.RECEIVED
        content |= {"wants_receipt": False, "delivered": None}
        content["displayed"] = None if is_other else content["displayed"]
    if content["retracts"] or content.get("reactions"):
        content["body"] = ""  # a text for clients that do not know of these
    says = [value for name, value in content.items() if name != "wants_receipt"]
    if all(value in (None, "") for value in says):
        return None
    return stanza.model_copy(update=content)


def _reply(message: Message, reply_id: str) -> dict[str, object]:
    """Who is quoted, and the text without the quotation that is for other clients."""
    quoted = message["reply"].get_fallback_body()
    excerpt = " ".join(line.removeprefix(">").strip() for line in quoted.splitlines())
    quote = Quote(
        stanza_id=reply_id,
        sender=bare(message["reply"]["to"]),
        excerpt=_text(excerpt, LONGEST_EXCERPT),
    )
    body = message["reply"].strip_fallback_content()
    return {"quote": quote, "body": _text(body, LONGEST_RECEIVED_BODY)}


def _emoji(message: Message) -> tuple[str, ...]:
    values = [each["value"] or "" for each in message["reactions"]]
    fitting = [each for each in values if 0 < len(each) <= 32 and not any(map(str.isspace, each))]
    return tuple(dict.fromkeys(fitting))[:MOST_REACTIONS]


def _file_url(message: Message) -> str | None:
    """Clients send a file as a message that consists of its address, and say so (XEP-0066)."""
    oob = message.get_plugin("oob", check=True)
    if oob is None:
        return None
    url: str = oob["url"]
    return url if url and url == message["body"].strip() else None


def _is_composing(state: str) -> bool | None:
    return state == "composing" if state else None


def _bounce(message: Message) -> Bounce:
    condition = message["error"]["condition"]
    return Bounce(
        problem=PROBLEMS.get(condition, DeliveryProblem.FAILED),
        detail=_text(message["error"]["text"] or condition, LONGEST_DETAIL),
    )


def named(message: Message) -> str | None:
    """What its sender calls it."""
    return short(message["id"]) or _id_in(message, "origin_id")


def archive_id_by(owner: str, message: Message) -> str | None:
    """What an archive calls it; only its owner's server says so (XEP-0359 section 6)."""
    for element in message.xml.findall("{urn:xmpp:sid:0}stanza-id"):
        if element.get("by") == owner:
            return short(element.get("id"))
    return None


def _delay(message: Message, own: str) -> datetime | None:
    """When our server took a message that it kept for us; nobody else may say when that was."""
    delay = message.get_plugin("delay", check=True)
    if delay is None or delay["from"].bare not in (own, own.partition("@")[2]):
        return None
    stamp: datetime | None = delay["stamp"]
    return stamp


def _id_in(message: Message, name: str) -> str | None:
    """The id that an element of a stanza has, if it is there: asking slixmpp plainly adds it."""
    element = message.get_plugin(name, check=True)
    return short(element["id"]) if element is not None else None


def time_of(stamp: datetime | None) -> datetime:
    """Now, if there is none; never far in the future."""
    now = datetime.now(UTC)
    if stamp is None:
        return now
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=UTC)
    return min(stamp, now + FUTURE)


def bare(jid: JID | str) -> str | None:
    """A valid bare address, or None."""
    try:
        return _bare_jid.validate_python(JID(jid).bare)
    except (ValueError, ValidationError):  # slixmpp's InvalidJID is a ValueError
        return None


def short(text: str | None) -> str | None:
    """An id, unless it is none or unreasonably long."""
    return text if text and len(text) <= LONGEST_ID else None


def _text(text: str | None, length: int) -> str:
    return (text or "")[:length]
