"""The chat service's store on a real Redis: what events tell, and when they tell it together."""

import time
from datetime import UTC, datetime

import pytest

from bus.store import LATE_MS, connect
from contracts.base import Event
from contracts.chat import ArchiveRead, ConversationChanged, Direction, MessageChanged
from services.chat.engine.commands import Stanza
from services.chat.store import WINDOW, ChatStore
from services.chat.taking import take

ROMEO = "romeo@example.org"


@pytest.fixture
def store(redis_uri: str) -> ChatStore:
    return ChatStore(connect(redis_uri))


def come(store: ChatStore, *numbers: int, others: int = 1, is_told: bool = True) -> None:
    """A message of each of these numbers, from the archive, in each of so many conversations."""
    juliets = [f"juliet{each}@example.org" for each in range(others)]
    threads = store.open_all({juliet: [] for juliet in juliets})
    with store.changing(threads.values()):
        for juliet, thread in threads.items():
            thread.is_told = is_told
            for number in numbers:
                take(thread, stanza(juliet, number), is_archived=True)


def stanza(juliet: str, number: int) -> Stanza:
    return Stanza(
        conversation_id=juliet,
        direction=Direction.RECEIVED,
        sender=juliet,
        stanza_id=f"s{number}",
        archive_id=f"a{number}",
        sent_at=datetime.fromtimestamp(1_800_000_000 + number, UTC),
        body=f"text {number}",
    )


def published(store: ChatStore, kind: type[Event]) -> int:
    return len(store.changes(kind, "", 1000).events)


def test_each_message_is_told_and_its_conversation_with_it(store: ChatStore):
    come(store, 1, 2, others=2)

    store.tell_what_was_read()

    assert published(store, MessageChanged) == 4
    assert published(store, ConversationChanged) == 2
    assert published(store, ArchiveRead) == 0


def test_what_is_not_told_one_by_one_is_told_once_at_the_end(store: ChatStore):
    come(store, 1, 2, is_told=False)
    come(store, 3, is_told=False)

    store.tell_what_was_read()
    store.tell_what_was_read()

    assert published(store, MessageChanged) == published(store, ConversationChanged) == 0
    assert published(store, ArchiveRead) == 1
    assert [each.body for each in store.newest("juliet0@example.org", None, 9)][-1] == "text 3"


def test_the_newest_are_kept_of_each_conversation(store: ChatStore):
    come(store, *range(WINDOW), others=2)
    come(store, WINDOW, WINDOW + 1, others=2)

    for juliet in ("juliet0@example.org", "juliet1@example.org"):
        kept = store.newest(juliet, None, 2 * WINDOW)
        assert [each.body for each in kept] == [f"text {each}" for each in range(2, WINDOW + 2)]
        assert store.open(juliet, ["archive:a1", "archive:a2"]).ids.keys() == {"archive:a2"}


def test_events_are_late_that_nobody_has_relayed_for_a_while(store: ChatStore):
    come(store, 1)
    assert not store.are_events_late()

    written_at = int(time.time() * 1000) - 2 * LATE_MS
    store.redis.delete(store.outbox_key)
    store.redis.xadd(store.outbox_key, {"type": "x", "body": "{}"}, id=f"{written_at}-0")
    assert store.are_events_late()

    store.redis.set(store.position_key, f"{written_at}-0")
    assert not store.are_events_late()
