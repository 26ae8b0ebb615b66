"""How messages change: receipts, markers, corrections, reactions, retractions, bounces."""

from datetime import datetime

from contracts.chat import ConversationKind, Delivery, Direction, Message, Reaction
from services.chat.engine.commands import Stanza
from services.chat.thread import Thread, archive_key, author_of, id_key, keys_of

_PROGRESS = [
    Delivery.FAILED,
    Delivery.PENDING,
    Delivery.SENT,
    Delivery.DELIVERED,
    Delivery.DISPLAYED,
]


def read_up_to(thread: Thread, position: int) -> None:
    """We have seen everything up to here, on some device."""
    if position <= thread.state.read_up_to:
        return
    thread.state = thread.state.model_copy(update={"read_up_to": position})
    if position >= thread.newest_position:
        thread.state = thread.state.model_copy(update={"unread": 0})
    else:
        count_unread(thread)


def count_unread(thread: Thread) -> None:
    """Anew, from what is kept."""
    unread = sum(
        each.direction is Direction.RECEIVED and each.position > thread.state.read_up_to
        for each in thread.window()
    )
    thread.state = thread.state.model_copy(update={"unread": unread})


def was_seen(thread: Thread, stanza: Stanza, *, is_archived: bool) -> bool:
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


def amend(thread: Thread, stanza: Stanza) -> None:
    """Change what a stanza is about, or keep it until that is here."""
    if stanza.is_groupchat:
        _amend_in_room(thread, stanza)
        return
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


def _amend_in_room(thread: Thread, stanza: Stanza) -> None:
    """The room's archive names what is meant; only corrections say what its sender called it."""
    if stanza.replaces is not None:
        _change(thread, [id_key(author_of(stanza), stanza.replaces)], stanza)
    target = stanza.retracts or stanza.displayed
    if stanza.reactions is not None:
        target = stanza.reactions.stanza_id
    if target is not None:
        _change(thread, [archive_key(target)], stanza)


def _change(thread: Thread, keys: list[str], stanza: Stanza) -> None:
    message = thread.find(*keys)
    if message is None:
        for key in keys:
            thread.postpone(key, stanza)
    else:
        _apply(thread, message, stanza)


def apply_postponed(thread: Thread, message: Message) -> None:
    """What was to change a message before it was here."""
    for key in keys_of(message):
        for stanza in thread.amendments.get(key, []):
            _apply(thread, thread.messages[message.message_id], stanza)


def _apply(thread: Thread, message: Message, stanza: Stanza) -> None:
    """Only the sender corrects and retracts: `amend` looks among their messages, in a room the
    archive's ids are those of anybody's."""
    if stanza.delivered is not None:
        advance(thread, message.message_id, Delivery.DELIVERED)
    elif stanza.displayed is not None:
        _displayed(thread, message)
    elif stanza.reactions is not None:
        thread.put(with_reactions(message, stanza.sender, stanza.reactions.emoji))
    elif stanza.retracts is not None:
        if author_of(message) == author_of(stanza):
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
    if message.direction is Direction.RECEIVED or thread.state.kind is ConversationKind.ROOM:
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


def bounce(thread: Thread, stanza: Stanza) -> None:
    """The other, or a server, has sent back a message of ours."""
    message = thread.find(id_key(Direction.SENT, stanza.stanza_id)) if stanza.stanza_id else None
    is_there = message is not None and message.delivery in (Delivery.DELIVERED, Delivery.DISPLAYED)
    if message is None or stanza.bounce is None or is_there:
        return
    told = stanza.bounce
    update = {
        "delivery": Delivery.FAILED,
        "problem": told.problem,
        "problem_detail": told.detail,
    }
    thread.put(message.model_copy(update=update))
