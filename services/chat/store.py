"""Every Redis key of the chat service; roster, rooms and avatars have stores of their own."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from itertools import islice

from pydantic import TypeAdapter
from redis import Redis

from bus.store import Transaction
from contracts.chat import (
    ArchiveRead,
    Conversation,
    ConversationChanged,
    Message,
    MessageChanged,
)
from contracts.chat_connection import ChatConnection, ChatConnectionChanged
from services.chat.avatar_store import AvatarStore
from services.chat.engine.commands import Outgoing, Stanza
from services.chat.engine.room_commands import Invitation
from services.chat.people_store import PeopleStore
from services.chat.room_store import MOST_INVITATIONS, RoomStore
from services.chat.thread import Thread, ThreadState, keys_of, state_of

WINDOW = 500
"""Newest messages that are kept of each conversation; the server's archive has older ones."""
MOST_AMENDMENTS = 1000
"""Of messages that are not kept, in one conversation."""
_stanzas: TypeAdapter[list[Stanza]] = TypeAdapter(list[Stanza])


class ChatStore(RoomStore, AvatarStore, PeopleStore):
    """chat:connection, chat:account, chat:owner (whose conversations these are), chat:resource,
    chat:cursor (what was read of the archive), chat:cursor:{room} (of a room's), chat:outgoing
    (what the server has not got yet), chat:revision, chat:untold (no event has told all),
    chat:threads (by conversation), and of each conversation chat:order:{id}, chat:messages:{id}
    (by message_id), chat:ids:{id}, chat:amendments:{id}."""

    service = "chat"

    def __init__(self, redis: "Redis[str]") -> None:
        super().__init__(redis)
        self._connection_key = self.key("connection")
        self._account_key = self.key("account")
        self._owner_key = self.key("owner")
        self._resource_key = self.key("resource")
        self._cursor_key = self.key("cursor")
        self._outgoing_key = self.key("outgoing")
        self._revision_key = self.key("revision")
        self._untold_key = self.key("untold")
        self._threads_key = self.key("threads")
        self.lock = threading.RLock()
        """Held by whoever changes conversations: there is one process that does."""

    # the account

    def put_connection(self, connection: ChatConnection) -> None:
        """Store and publish with the next revision, unless nothing has changed."""
        known = self.get_connection()
        if connection.model_copy(update={"revision": known.revision}) == known:
            return
        numbered = connection.model_copy(update={"revision": known.revision + 1})
        with self.transaction() as transaction:
            transaction.pipeline.set(self._connection_key, numbered.model_dump_json())
            transaction.publish(ChatConnectionChanged(connection=numbered))

    def get_connection(self) -> ChatConnection:
        text = self.redis.get(self._connection_key)
        return ChatConnection.model_validate_json(text) if text else ChatConnection()

    def put_sealed_account(self, sealed: str | None) -> None:
        """None: nothing is remembered."""
        if sealed is None:
            self.redis.delete(self._account_key)
        else:
            self.redis.set(self._account_key, sealed)

    def get_sealed_account(self) -> str | None:
        sealed: str | None = self.redis.get(self._account_key)
        return sealed

    def resource(self, proposal: str) -> str:
        """The proposed one, if there is none yet."""
        self.redis.set(self._resource_key, proposal, nx=True)
        return self.redis.get(self._resource_key) or proposal

    def is_owned_by(self, jid: str) -> bool:
        """Whether this account has been connected before."""
        return bool(self.redis.get(self._owner_key) == jid)

    def own(self, jid: str) -> None:
        """The conversations are those of this account; those of another one are deleted."""
        if self.is_owned_by(jid):
            return
        with self.lock, self.transaction() as transaction:
            keys = [self._threads_key, self._cursor_key, self._outgoing_key]
            keys += self._room_keys() + [self._cursor_of(each) for each in self.room_ids()]
            for conversation_id in self.redis.hkeys(self._threads_key):
                keys += self._keys_of(conversation_id)
            transaction.pipeline.delete(*keys)
            transaction.pipeline.set(self._owner_key, jid)

    # the archive and what goes out

    def get_cursor(self, archive: str | None = None) -> str | None:
        """What the archive calls the last stanza that we read; empty: none; None: not read yet."""
        cursor: str | None = self.redis.get(self._cursor_of(archive))
        return cursor

    def forget_cursor(self, archive: str | None = None) -> None:
        """Read the archive as if nothing had been read."""
        self.redis.delete(self._cursor_of(archive))

    def outgoing(self) -> list[Outgoing]:
        """What the server may not have yet, in its order."""
        texts = self.redis.lrange(self._outgoing_key, 0, -1)
        return [Outgoing.model_validate_json(text) for text in texts]

    # conversations

    def list_conversations(self) -> list[Conversation]:
        texts = self.redis.hvals(self._threads_key)
        return [Conversation.model_validate_json(text) for text in texts]

    def get_conversation(self, conversation_id: str) -> Conversation:
        """One that nobody has written in is empty."""
        text = self.redis.hget(self._threads_key, conversation_id)
        return Conversation.model_validate(state_of(conversation_id, text).model_dump())

    def newest(self, conversation_id: str, below: int | None, limit: int) -> list[Message]:
        """The newest messages that are kept, below a position; oldest first."""
        top = "+inf" if below is None else f"({below}"
        order_key = self._order_key(conversation_id)
        ids = self.redis.zrevrangebyscore(order_key, top, "-inf", 0, limit)
        return list(reversed(self._messages(conversation_id, ids)))

    def open(self, conversation_id: str, keys: Iterable[str] = ()) -> Thread:
        """A conversation, with the messages that these keys are of, and the newest."""
        return self.open_all({conversation_id: keys})[conversation_id]

    def open_all(self, wanted: Mapping[str, Iterable[str]]) -> dict[str, Thread]:
        """Each as `open` does it; Redis is asked twice, however many they are."""
        keys = {conversation_id: list(names) for conversation_id, names in wanted.items()}
        pipeline = self.redis.pipeline(transaction=False)
        for conversation_id, names in keys.items():
            pipeline.hget(self._threads_key, conversation_id)
            pipeline.zrevrange(self._order_key(conversation_id), 0, 0)
            pipeline.hmget(self._ids_key(conversation_id), names or [""])
            pipeline.hmget(self._amendments_key(conversation_id), names or [""])
        answers = iter(pipeline.execute())
        threads, ids = {}, {}
        for conversation_id, names in keys.items():
            text, newest, found, amendments = islice(answers, 4)
            thread = Thread(state_of(conversation_id, text), partial(self._window, conversation_id))
            thread.ids = _known(names, found)
            thread.amendments = {
                key: _stanzas.validate_json(each) for key, each in _known(names, amendments).items()
            }
            threads[conversation_id] = thread
            ids[conversation_id] = {*newest, *thread.ids.values()}
        for conversation_id, messages in self._messages_of(ids).items():
            threads[conversation_id].messages = {each.message_id: each for each in messages}
        return threads

    def find_message(self, conversation_id: str, message_id: str) -> Message | None:
        return next(iter(self._messages(conversation_id, [message_id])), None)

    @contextmanager
    def changing(
        self,
        threads: Iterable[Thread],
        *,
        archive: str | None = None,
        cursor: str | None = None,
        sent: Outgoing | None = None,
        arrived: Iterable[str] = (),
        invitations: Iterable[Invitation] = (),
    ) -> Iterator[None]:
        """Write and publish, when the block ends, what it has changed, in one transaction.

        With it the cursor of an archive, something to send, the stanza ids of what has arrived,
        and invitations.
        """
        threads = list(threads)
        before = {
            thread.state.conversation_id: (thread.state, dict(thread.messages))
            for thread in threads
        }
        yield
        arrived = set(arrived)
        gone = [each for each in self.outgoing() if each.stanza_id in arrived] if arrived else []
        revisions = self._revisions(sum(len(thread.changed) + 1 for thread in threads))
        with self.transaction() as transaction:
            for thread in threads:
                known = before[thread.state.conversation_id]
                self._write_thread(transaction, thread, *known, revisions)
            if cursor is not None:
                transaction.pipeline.set(self._cursor_of(archive), cursor)
            if sent is not None:
                transaction.pipeline.rpush(self._outgoing_key, sent.model_dump_json())
            for each in gone:
                transaction.pipeline.lrem(self._outgoing_key, 1, each.model_dump_json())
            if not all(thread.is_told for thread in threads):
                transaction.pipeline.set(self._untold_key, 1)
            for invitation in list(invitations)[-MOST_INVITATIONS:]:
                self._keep_invitation(transaction, invitation)
        self._trim([thread.state.conversation_id for thread in threads if thread.changed])

    def tell_what_was_read(self) -> None:
        """Publish that there is what no other event has told, if there is."""
        if self.redis.exists(self._untold_key):
            with self.transaction() as transaction:
                transaction.publish(ArchiveRead(revision=next(self._revisions(1))))
                transaction.pipeline.delete(self._untold_key)

    def _write_thread(
        self,
        transaction: Transaction,
        thread: Thread,
        state: ThreadState,
        messages: dict[str, Message],
        revisions: Iterator[int],
    ) -> None:
        conversation_id = state.conversation_id
        pipeline = transaction.pipeline
        for message_id in sorted(thread.changed, key=lambda each: thread.messages[each].position):
            message = thread.messages[message_id]
            known = messages.get(message_id)
            if known == message:
                continue
            if _is_news(message, known):
                message = message.model_copy(update={"revision": next(revisions)})
                if thread.is_told:
                    transaction.publish(MessageChanged(message=message))
            thread.messages[message_id] = message
            pipeline.zadd(self._order_key(conversation_id), {message_id: message.position})
            key = self._messages_key(conversation_id)
            pipeline.hset(key, message_id, message.model_dump_json(exclude_defaults=True))
        self._write_ids(transaction, thread)
        last = max(thread.messages.values(), key=lambda each: each.position, default=None)
        changed = thread.state.model_copy(update={"last_message": last})
        if changed == state:
            return
        if _shown(changed) != _shown(state):
            changed = changed.model_copy(update={"revision": next(revisions)})
            if thread.is_told:
                conversation = Conversation.model_validate(changed.model_dump())
                transaction.publish(ConversationChanged(conversation=conversation))
        thread.state = changed
        pipeline.hset(self._threads_key, conversation_id, changed.model_dump_json())

    def _write_ids(self, transaction: Transaction, thread: Thread) -> None:
        pipeline, conversation_id = transaction.pipeline, thread.state.conversation_id
        kept = {key: thread.ids[key] for key in thread.changed_ids if key in thread.ids}
        gone = thread.changed_ids - kept.keys()
        if kept:
            pipeline.hset(self._ids_key(conversation_id), mapping=kept)
        if gone:
            pipeline.hdel(self._ids_key(conversation_id), *gone)
        if thread.changed_amendments:
            key = self._amendments_key(conversation_id)
            room = MOST_AMENDMENTS - self.redis.hlen(key)
            texts = {
                each: _stanzas.dump_json(thread.amendments[each], exclude_defaults=True).decode()
                for each in sorted(thread.changed_amendments)[: max(room, 0)]
            }
            if texts:
                pipeline.hset(key, mapping=texts)

    def _trim(self, conversation_ids: list[str]) -> None:
        """Drop what is older than the window."""
        pipeline = self.redis.pipeline(transaction=False)
        for each in conversation_ids:
            pipeline.zrange(self._order_key(each), 0, -WINDOW - 1)
        old = dict(zip(conversation_ids, pipeline.execute(), strict=True))
        dropped = self._messages_of(old)
        with self.transaction() as transaction:
            for each, messages in dropped.items():
                transaction.pipeline.zrem(self._order_key(each), *old[each])
                transaction.pipeline.hdel(self._messages_key(each), *old[each])
                if ids := [key for message in messages for key in keys_of(message)]:
                    transaction.pipeline.hdel(self._ids_key(each), *ids)

    def _window(self, conversation_id: str) -> dict[str, Message]:
        texts = self.redis.hvals(self._messages_key(conversation_id))
        messages = [Message.model_validate_json(text) for text in texts]
        return {message.message_id: message for message in messages}

    def _messages(self, conversation_id: str, ids: Iterable[str]) -> list[Message]:
        return self._messages_of({conversation_id: ids}).get(conversation_id, [])

    def _messages_of(self, ids: Mapping[str, Iterable[str]]) -> dict[str, list[Message]]:
        """Those that are kept, of each conversation of which any is wanted."""
        wanted = {each: found for each, some in ids.items() if (found := list(some))}
        pipeline = self.redis.pipeline(transaction=False)
        for conversation_id, found in wanted.items():
            pipeline.hmget(self._messages_key(conversation_id), found)
        return {
            conversation_id: [Message.model_validate_json(text) for text in texts if text]
            for conversation_id, texts in zip(wanted, pipeline.execute(), strict=True)
        }

    def _revisions(self, number: int) -> Iterator[int]:
        """One count for all messages and conversations; what is not used is left out."""
        last = int(self.redis.incrby(self._revision_key, number))
        return iter(range(last - number + 1, last + 1))

    def _cursor_of(self, archive: str | None) -> str:
        return self._cursor_key if archive is None else self.key("cursor", archive)

    def _keys_of(self, conversation_id: str) -> list[str]:
        return [
            self._order_key(conversation_id),
            self._messages_key(conversation_id),
            self._ids_key(conversation_id),
            self._amendments_key(conversation_id),
        ]

    def _order_key(self, conversation_id: str) -> str:
        return self.key("order", conversation_id)

    def _messages_key(self, conversation_id: str) -> str:
        return self.key("messages", conversation_id)

    def _ids_key(self, conversation_id: str) -> str:
        return self.key("ids", conversation_id)

    def _amendments_key(self, conversation_id: str) -> str:
        return self.key("amendments", conversation_id)


def _known(keys: Iterable[str], found: Iterable[str | None]) -> dict[str, str]:
    return {key: each for key, each in zip(keys, found, strict=False) if each}


def _is_news(message: Message, known: Message | None) -> bool:
    """Whether somebody sees that it has changed."""
    return known is None or message.model_copy(update={"archive_id": known.archive_id}) != known


def _shown(state: ThreadState) -> dict[str, object]:
    last = state.last_message
    shown = state.model_dump(exclude={"archived_up_to", "displayed_up_to", "last_message"})
    return {**shown, "last": last and (last.message_id, last.revision)}
