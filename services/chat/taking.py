"""What a stanza does to its conversation: the rules, without a store."""

import hashlib
from datetime import datetime

from contracts.chat import (
    Delivery,
    Direction,
    Message,
    QuotedMessage,
    Reaction,
)
from services.chat.engine.commands import Stanza
from services.chat.shared_file import file_at
from services.chat.thread import Thread, archive_key, id_key

_PROGRESS = [
    Delivery.FAILED,
    Delivery.PENDING,
    Delivery.SENT,
    Delivery.DELIVERED,
    Delivery.DISPLAYED,
]


def take(thread: Thread, stanza: Stanza, *, is_archived: bool) -> bool:
    """Take a stanza in; `is_archived`: as the next one of the archive, else as it came live.

    Whether it is a message from the other that was not known. Taken twice, it changes nothing.
    """
    if stanza.is_composing is not None and stanza.direction is Direction.RECEIVED:
        set_composing(thread, is_composing=stanza.is_composing and not is_archived)
    if stanza.bounce is not None:
        _bounce(thread, stanza)
        return False
    if is_message(stanza):
        return _take_message(thread, stanza, is_archived=is_archived)
    if not _was_seen(thread, stanza, is_archived=is_archived):
        _amend(thread, stanza)
    return False


def is_message(stanza: Stanza) -> bool:
    """Whether it is one of its own, and no change of another."""
    return bool(stanza.body) and stanza.replaces is None


def set_composing(thread: Thread, *, is_composing: bool) -> None:
    """Of somebody who has never written nothing is told."""
    is_shown = is_composing and thread.state.last_message is not None
    thread.state = thread.state.model_copy(update={"is_composing": is_shown})


def read_up_to(thread: Thread, position: int) -> None:
    """We have seen everything up to here, on some device."""
    if position <= thread.state.read_up_to:
        return
    thread.state = thread.state.model_copy(update={"read_up_to": position})
    count_unread(thread)


def count_unread(thread: Thread) -> None:
    """Anew, from what is kept."""
    unread = sum(
        each.direction is Direction.RECEIVED and each.position > thread.state.read_up_to
        for each in thread.window()
    )
    thread.state = thread.state.model_copy(update={"unread": unread})


# messages


def _take_message(thread: Thread, stanza: Stanza, *, is_archived: bool) -> bool:
    known = _known(thread, stanza)
    if known is not None and known.stanza_id != stanza.stanza_id:
        thread.name(known.model_copy(update={"archive_id": stanza.archive_id}))
        return False  # a former attempt to send it, which failed
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
        _apply_postponed(thread, message)
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
    found = thread.find(id_key(stanza.direction, stanza.stanza_id))
    is_other = found is not None and None not in (found.archive_id, stanza.archive_id)
    return None if is_other else found


def _new(thread: Thread, stanza: Stanza) -> Message:
    is_sent = stanza.direction is Direction.SENT
    return Message(
        message_id=_message_id(thread, stanza),
        conversation_id=stanza.conversation_id,
        revision=0,
        position=0,
        direction=stanza.direction,
        sender=stanza.sender,
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
    target = thread.find(*(id_key(direction, quote.stanza_id) for direction in Direction))
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


# what changes messages


def _was_seen(thread: Thread, stanza: Stanza, *, is_archived: bool) -> bool:
    """Whether it came live already; the archive brings it once, and then never again."""
    keys = [archive_key(stanza.archive_id)] if stanza.archive_id is not None else []
    if stanza.direction is Direction.SENT and stanza.stanza_id is not None:
        keys.append(id_key(Direction.SENT, stanza.stanza_id))
    is_seen = any(key in thread.ids for key in keys)
    for key in keys:
        if is_archived:
            thread.remember(key, is_seen=False)
        elif not is_seen:
            thread.remember(key, is_seen=True)
    return is_seen


def _amend(thread: Thread, stanza: Stanza) -> None:
    own = stanza.direction
    other = Direction.SENT if own is Direction.RECEIVED else Direction.RECEIVED
    if stanza.delivered is not None:
        _change(thread, [id_key(other, stanza.delivered)], stanza)
    if stanza.displayed is not None:
        _change(thread, [id_key(other, stanza.displayed)], stanza)
    if (target := stanza.replaces or stanza.retracts) is not None:
        _change(thread, [id_key(own, target)], stanza)
    if stanza.reactions is not None:
        target = stanza.reactions.stanza_id
        _change(thread, [id_key(other, target), id_key(own, target)], stanza)


def _change(thread: Thread, keys: list[str], stanza: Stanza) -> None:
    message = thread.find(*keys)
    if message is None:
        for key in keys:
            thread.postpone(key, stanza)
    else:
        _apply(thread, message, stanza)


def _apply_postponed(thread: Thread, message: Message) -> None:
    if message.stanza_id is None:
        return
    key = id_key(message.direction, message.stanza_id)
    for stanza in thread.amendments.get(key, []):
        _apply(thread, thread.messages[message.message_id], stanza)


def _apply(thread: Thread, message: Message, stanza: Stanza) -> None:
    """Only the sender corrects and retracts: `_amend` looks among their messages."""
    if stanza.delivered is not None:
        advance(thread, message.message_id, Delivery.DELIVERED)
    elif stanza.displayed is not None:
        _displayed(thread, message)
    elif stanza.reactions is not None:
        thread.put(with_reactions(message, stanza.sender, stanza.reactions.emoji))
    elif stanza.retracts is not None:
        thread.put(retracted(message))
    elif not message.is_retracted:
        thread.put(corrected(message, stanza.body, stanza.sent_at))


def corrected(message: Message, body: str, at: datetime) -> Message:
    """With another text."""
    return message.model_copy(update={"body": body, "file": None, "edited_at": at})


def retracted(message: Message) -> Message:
    """What is left of it."""
    update = {
        "body": "",
        "file": None,
        "is_retracted": True,
        "in_reply_to": None,
        "reactions": (),
    }
    return message.model_copy(update=update)


def with_reactions(message: Message, sender: str, emoji: tuple[str, ...]) -> Message:
    """Their reactions are these now; those of others stay."""
    if message.is_retracted:
        return message
    senders: dict[str, list[str]] = {
        each.emoji: [one for one in each.senders if one != sender] for each in message.reactions
    }
    for each in emoji:
        senders.setdefault(each, []).append(sender)
    reactions = tuple(
        Reaction(emoji=each, senders=tuple(who)) for each, who in senders.items() if who
    )
    return message.model_copy(update={"reactions": reactions})


def _displayed(thread: Thread, message: Message) -> None:
    """Who has seen a message has seen those before it."""
    if message.direction is Direction.RECEIVED:
        read_up_to(thread, message.position)
        return
    state = thread.state
    up_to = max(state.displayed_up_to, message.position)
    thread.state = state.model_copy(update={"displayed_up_to": up_to})
    for each in thread.window():
        if each.direction is Direction.SENT and each.position <= message.position:
            advance(thread, each.message_id, Delivery.DISPLAYED)


def advance(thread: Thread, message_id: str, delivery: Delivery) -> None:
    """How far a message of ours got; never back."""
    message = thread.messages[message_id]
    came_back = message.delivery is Delivery.FAILED and delivery is Delivery.SENT
    is_known = message.delivery is None or _steps(message.delivery) >= _steps(delivery)
    if is_known or came_back:
        return
    update = {"delivery": delivery, "problem": None, "problem_detail": ""}
    thread.put(message.model_copy(update=update))


def _steps(delivery: Delivery) -> int:
    return _PROGRESS.index(delivery)


def _bounce(thread: Thread, stanza: Stanza) -> None:
    """The other, or a server, has sent back a message of ours."""
    message = thread.find(id_key(Direction.SENT, stanza.stanza_id)) if stanza.stanza_id else None
    is_there = message is not None and message.delivery in (Delivery.DELIVERED, Delivery.DISPLAYED)
    if message is None or stanza.bounce is None or is_there:
        return
    bounce = stanza.bounce
    update = {
        "delivery": Delivery.FAILED,
        "problem": bounce.problem,
        "problem_detail": bounce.detail,
    }
    thread.put(message.model_copy(update=update))
