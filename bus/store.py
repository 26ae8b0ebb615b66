"""Redis of one service: its own keys, and what it publishes, in one transaction.

The transactional outbox: a change and the events about it are written together, or not at all; a
relay (`bus.outbox`) publishes from there. `changes` serves the same stream to those who must be
complete.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from redis import Redis
from redis.client import Pipeline

from contracts.base import Event
from contracts.changes import ChangePage
from contracts.errors import InvalidRequest

OUTBOX_LENGTH = 10_000
SOCKET_TIMEOUT_S = 3
BEGINNING = "0-0"
LATE_MS = 2000

Change = TypeVar("Change", bound=Event)
Result = TypeVar("Result")


def connect(redis_uri: str) -> "Redis[str]":
    """A client whose every command ends within three seconds."""
    client: Redis[str] = Redis.from_url(
        redis_uri,
        decode_responses=True,
        socket_timeout=SOCKET_TIMEOUT_S,
        socket_connect_timeout=SOCKET_TIMEOUT_S,
        health_check_interval=30,
    )
    return client


class Transaction:
    """Commands that take effect together when the block ends."""

    def __init__(self, pipeline: "Pipeline[str]", outbox_key: str) -> None:
        self.pipeline = pipeline
        self._outbox_key = outbox_key

    def publish(self, event: Event) -> None:
        self.pipeline.xadd(
            self._outbox_key,
            {"type": event.type, "body": event.model_dump_json()},
            maxlen=OUTBOX_LENGTH,
            approximate=True,
        )


class Store:
    """Base of every `store.py`. Keys are "<service>:…"; nobody else touches them."""

    service: str
    schema_version = 1

    def __init__(self, redis: "Redis[str]") -> None:
        self.redis = redis
        self.outbox_key = self.key("outbox")
        self.position_key = f"{self.outbox_key}:position"
        """How far the outbox has been relayed."""

    def key(self, *parts: str) -> str:
        return ":".join((self.service, *parts))

    def prepare(self) -> None:
        """Claim an empty store; refuse one that a newer release has written."""
        key = self.key("schema_version")
        self.redis.set(key, self.schema_version, nx=True)
        found = int(self.redis.get(key) or 0)
        if found != self.schema_version:
            raise RuntimeError(f"{key} is {found}, this release knows {self.schema_version}")

    def are_events_late(self) -> bool:
        """Whether events have waited for so long that some may be lost: the outbox is finite."""
        position = self.redis.get(self.position_key) or BEGINNING
        for entry_id, _fields in self.redis.xrange(self.outbox_key, min=f"({position}", count=1):
            written_at_ms = int(entry_id.partition("-")[0])
            return time.time() * 1000 - written_at_ms > LATE_MS
        return False

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        with self.redis.pipeline(transaction=True) as pipeline:
            yield Transaction(pipeline, self.outbox_key)
            if pipeline.command_stack:
                pipeline.execute()

    def watching(self, run: Callable[[Transaction], Result], *keys: str) -> Result:
        """The result of a transaction that depends on what it reads.

        `run` reads first, then calls `pipeline.multi()` and writes. It runs again if somebody else
        has changed one of `keys` meanwhile.
        """

        def attempt(pipeline: "Pipeline[str]") -> Result:
            return run(Transaction(pipeline, self.outbox_key))

        result: Result = self.redis.transaction(attempt, *keys, value_from_callable=True)
        return result

    def changes(self, event_class: type[Change], after: str, limit: int) -> ChangePage[Change]:
        """Events of one class after a position of the outbox ("" is its beginning)."""
        if not 1 <= limit <= 1000:
            raise InvalidRequest("limit must be between 1 and 1000")
        start = after or BEGINNING
        # one more than asked for tells whether there is another page
        found = self.redis.xrange(self.outbox_key, min=f"({start}", count=limit + 1)
        event_type = event_class.model_fields["type"].default
        page = found[:limit]
        return ChangePage(
            events=[
                event_class.model_validate_json(fields["body"])
                for _position, fields in page
                if fields["type"] == event_type
            ],
            position=page[-1][0] if page else after,
            more=len(found) > limit,
        )
