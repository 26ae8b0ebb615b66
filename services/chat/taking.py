"""What a stanza does to its conversation: the rules, without a store."""

import hashlib
from datetime import datetime

from contracts.chat import ConversationKind, Delivery, Direction, Message, QuotedMessage
from services.chat.amending import advance, amend, apply_postponed, bounce, read_up_to, was_seen
from services.chat.engine.commands import Stanza
from services.chat.shared_file import file_at
from services.chat.thread import Thread, archive_key, author_of, id_key


def take(thread: Thread, stanza: Stanza, *, is_archived: bool) -> bool:
    """Take a stanza in; `is_archived`: as the next one of the archive, else as it came live.

    Whether it is a message from the other that was not known. Taken twice, it changes nothing.
    """
    if stanza.is_composing is not None and stanza.direction is Direction.RECEIVED:
        _note_composing(thread, stanza, is_composing=stanza.is_composing and not is_archived)
    if stanza.bounce is not None:
        bounce(thread, stanza)
        return False
    if is_message(stanza):
        return _take_message(thread, stanza, is_archived=is_archived)
    if not was_seen(thread, stanza, is_archived=is_archived):
        amend(thread, stanza)
    return False


def is_message(stanza: Stanza) -> bool:
    """Whether it is one of its own, and no change of another."""
    return bool(stanza.body) and stanza.replaces is None


def set_composing(thread: Thread, *, is_composing: bool, composer: str | None = None) -> None:
    """Of somebody who has never written nothing is told."""
    is_room = thread.state.kind is ConversationKind.ROOM
    is_shown = is_composing and (is_room or thread.state.last_message is not None)
    update = {"is_composing": is_shown, "composer": composer if is_shown else None}
    thread.state = thread.state.model_copy(update=update)


def _note_composing(thread: Thread, stanza: Stanza, *, is_composing: bool) -> None:
    """In a room that somebody has stopped says nothing of who writes there."""
    composer = stanza.sender if stanza.is_groupchat else None
    if is_composing or composer == thread.state.composer:
        set_composing(thread, is_composing=is_composing, composer=composer)


# messages


def _take_message(thread: Thread, stanza: Stanza, *, is_archived: bool) -> bool:
    known = _known(thread, stanza)
    if known is not None and known.stanza_id != stanza.stanza_id:
        thread.name(known.model_copy(update={"archive_id": stanza.archive_id}))
        return False  # a former attempt to send it, which failed
    if known is not None and _is_repeated(known, stanza):
        thread.name(known.model_copy(update={"archive_id": stanza.archive_id}))
        return False
    message = known or _new(thread, stanza)
    position = _position(thread, stanza, known, is_archived=is_archived)
    update: dict[str, object] = {"position": position}
    if stanza.archive_id is not None:
        update["archive_id"] = stanza.archive_id
        if message.delivery is Delivery.PENDING:
            update["delivery"] = Delivery.SENT
    before = known.position if known is not None else None
    message = message.model_copy(update=update)
    thread.put(message)
    thread.name(message)
    if is_archived:
        thread.state = thread.state.model_copy(update={"archived_up_to": message.position})
    if known is None:
        apply_postponed(thread, message)
        _count(thread, message)
    elif before is not None and before <= thread.state.read_up_to < message.position:
        read_up_to(thread, message.position)  # it only moved
    return known is None and message.direction is Direction.RECEIVED


def _known(thread: Thread, stanza: Stanza) -> Message | None:
    """The message that this stanza is, by our archive's id for it, else by its sender's.

    Senders may use an id twice: what the archive has twice are two messages.
    """
    if stanza.archive_id is not None and (found := thread.find(archive_key(stanza.archive_id))):
        return found
    if stanza.stanza_id is None:
        return None
    found = thread.find(id_key(author_of(stanza), stanza.stanza_id))
    is_other = found is not None and None not in (found.archive_id, stanza.archive_id)
    return None if is_other and found and not _is_repeated(found, stanza) else found


def _is_repeated(known: Message, stanza: Stanza) -> bool:
    """Whether its sender has put it into the room again, not knowing that it was there."""
    has_other_id = None not in (known.archive_id, stanza.archive_id)
    has_other_id = has_other_id and known.archive_id != stanza.archive_id
    is_same = known.stanza_id == stanza.stanza_id and author_of(known) == author_of(stanza)
    return stanza.is_groupchat and has_other_id and is_same and known.body == stanza.body


def _new(thread: Thread, stanza: Stanza) -> Message:
    is_sent = stanza.direction is Direction.SENT
    return Message(
        message_id=_message_id(thread, stanza),
        conversation_id=stanza.conversation_id,
        revision=0,
        position=0,
        direction=stanza.direction,
        sender=stanza.sender,
        sender_name=stanza.sender_name,
        body=stanza.body,
        file=file_at(stanza.file_url),
        sent_at=stanza.sent_at,
        delivery=Delivery.SENT if is_sent else None,
        in_reply_to=_quoted(thread, stanza),
        stanza_id=stanza.stanza_id,
        archive_id=stanza.archive_id,
    )


def _message_id(thread: Thread, stanza: Stanza) -> str:
    """The same whenever the archive is read: ours what we called it, others what it is called."""
    own = stanza.stanza_id if stanza.direction is Direction.SENT else None
    if own is not None and own not in thread.messages:
        return own
    if stanza.archive_id is not None:
        return stanza.archive_id
    text = f"{stanza.sender} {stanza.stanza_id} {stanza.sent_at} {stanza.body}"
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _quoted(thread: Thread, stanza: Stanza) -> QuotedMessage | None:
    if (quote := stanza.quote) is None:
        return None
    keys = [id_key(direction, quote.stanza_id) for direction in Direction]
    target = thread.find(*([archive_key(quote.stanza_id)] if stanza.is_groupchat else keys))
    if target is None:
        return QuotedMessage(sender=quote.sender, excerpt=quote.excerpt)
    return quoted(target)


def quoted(message: Message) -> QuotedMessage:
    """How a message is quoted by one that answers it."""
    excerpt = " ".join(message.body.split())[:200]
    return QuotedMessage(message_id=message.message_id, sender=message.sender, excerpt=excerpt)


def _position(thread: Thread, stanza: Stanza, known: Message | None, *, is_archived: bool) -> int:
    """In the archive's order; what is not archived yet comes after all others, in order of arrival.

    It counts microseconds, as long as no clock is wrong.
    """
    if not is_archived:
        return known.position if known else next_position(thread, stanza.sent_at)
    floor = thread.state.archived_up_to + 1
    if known is not None and known.position >= floor:
        return known.position
    return max(floor, microseconds(stanza.sent_at))


def next_position(thread: Thread, now: datetime) -> int:
    """After everything that is there."""
    return max(thread.newest_position, thread.state.archived_up_to, microseconds(now) - 1) + 1


def microseconds(time: datetime) -> int:
    """Of the epoch: what positions are as long as no clock is wrong."""
    return int(time.timestamp() * 1_000_000)


def _count(thread: Thread, message: Message) -> None:
    """A new message is unread, unless we wrote something after it."""
    if message.direction is Direction.SENT:
        read_up_to(thread, message.position)
    elif message.position > thread.state.read_up_to:
        thread.state = thread.state.model_copy(update={"unread": thread.state.unread + 1})
    elif thread.state.displayed_up_to >= message.position:
        advance(thread, message.message_id, Delivery.DISPLAYED)
