"""One conversation while something is done to it: read from the store, changed, written back."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from contracts.chat import Conversation, Direction, Message
from services.chat.engine.commands import Stanza

SEEN = "-"
"""Stands for a stanza that has been taken, and is no message itself."""


class ThreadState(Conversation):
    """A conversation, and what nobody else needs to know of it."""

    archived_up_to: int = 0
    """Position of the last message that was read from the archive in its order."""
    displayed_up_to: int = 0
    """Position of the last message of ours that the other has seen."""


def state_of(conversation_id: str, text: str | None) -> ThreadState:
    """As it is kept; nobody has written in one that is not."""
    if text:
        return ThreadState.model_validate_json(text)
    return ThreadState(conversation_id=conversation_id, revision=0)


@dataclass
class Thread:
    """What is known of a conversation. Whoever changes it holds the store's lock."""

    state: ThreadState
    load_window: Callable[[], dict[str, Message]]
    messages: dict[str, Message] = field(default_factory=dict)
    """By `message_id`; those that were asked for, and the newest."""
    ids: dict[str, str] = field(default_factory=dict)
    """By `id_key`: the message_id, or SEEN."""
    amendments: dict[str, list[Stanza]] = field(default_factory=dict)
    """By `id_key` of a message that is not kept here."""
    changed: set[str] = field(default_factory=set)
    changed_ids: set[str] = field(default_factory=set)
    changed_amendments: set[str] = field(default_factory=set)
    is_whole: bool = False
    is_told: bool = True
    """Whether events tell what has changed; if not, one event says in the end that much has."""

    def window(self) -> list[Message]:
        """All messages that are kept, in their order."""
        if not self.is_whole:
            self.messages = {**self.load_window(), **self.messages}
            self.is_whole = True
        return sorted(self.messages.values(), key=lambda message: message.position)

    def read_everything(self) -> None:
        """Nothing of it is new to us."""
        update = {"read_up_to": self.newest_position, "unread": 0}
        self.state = self.state.model_copy(update=update)

    @property
    def newest_position(self) -> int:
        return max((each.position for each in self.messages.values()), default=0)

    def find(self, *keys: str) -> Message | None:
        """The message that has one of these ids."""
        for key in keys:
            message_id = self.ids.get(key, SEEN)
            if message_id in self.messages:
                return self.messages[message_id]
        return None

    def put(self, message: Message) -> None:
        self.messages[message.message_id] = message
        self.changed.add(message.message_id)

    def name(self, message: Message) -> None:
        """Find this message by its ids from now on."""
        for key in keys_of(message):
            if self.ids.get(key) in (None, message.message_id):
                self.ids[key] = message.message_id
                self.changed_ids.add(key)

    def remember(self, key: str, *, is_seen: bool) -> None:
        """Whether a stanza that is no message has been taken."""
        if is_seen:
            self.ids[key] = SEEN
        else:
            self.ids.pop(key, None)
        self.changed_ids.add(key)

    def postpone(self, key: str, stanza: Stanza) -> None:
        """Keep what changes a message until that is read from the archive."""
        self.amendments.setdefault(key, []).append(stanza)
        self.changed_amendments.add(key)


def author_of(said: Message | Stanza) -> str:
    """Of two the direction tells whose it is; in a room the address, or what they are called."""
    if said.direction is Direction.SENT or not said.sender_name:
        return said.direction
    is_told = said.sender != said.conversation_id
    return said.sender if is_told else f"/{said.sender_name}"


def id_key(author: str, stanza_id: str) -> str:
    """Ids are only unique for one sender."""
    return f"{author}:{stanza_id}"


def archive_key(archive_id: str) -> str:
    """An archive's ids are unique."""
    return f"archive:{archive_id}"


def keys_of(message: Message) -> Iterable[str]:
    """What a message is found by."""
    if message.stanza_id is not None:
        yield id_key(author_of(message), message.stanza_id)
    if message.archive_id is not None:
        yield archive_key(message.archive_id)


def keys_in(stanza: Stanza) -> set[str]:
    """All ids that a stanza has or names, in whatever sense."""
    named = [stanza.stanza_id, stanza.replaces, stanza.retracts, stanza.delivered, stanza.displayed]
    if stanza.quote is not None:
        named.append(stanza.quote.stanza_id)
    if stanza.reactions is not None:
        named.append(stanza.reactions.stanza_id)
    authors = {*Direction, author_of(stanza)}
    keys = {id_key(author, each) for each in named if each for author in authors}
    archived = [stanza.archive_id, *(named if stanza.is_groupchat else ())]
    return keys | {archive_key(each) for each in archived if each}
