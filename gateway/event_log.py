"""The log of events that faces follow: a Redis stream, read once, handed to all listeners."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import structlog
from redis import Redis, RedisError

from contracts.base import Event

log = structlog.get_logger(__name__)

LENGTH = 10_000
KEEP_S = 24 * 3600
BLOCK_MS = 1000
PAUSE_S = 1.0
BACKLOG = 1000
"""A listener that falls further behind is cut off; it comes back with the id it has seen last."""
BEGINNING = "0-0"


class Reset(Exception):
    """The id that a listener came with is unknown: it must load everything anew."""

    __slots__ = ()


class EventLog:
    """Owns the stream "gateway:events". Ids are those of the stream."""

    def __init__(self, redis: "Redis[str]") -> None:
        self._redis = redis
        self._key = "gateway:events"
        self._listeners: set[queue.Queue[tuple[str, str] | None]] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._fan_out, name="event log", daemon=True).start()

    def append(self, event: Event) -> None:
        oldest = f"{int((time.time() - KEEP_S) * 1000)}-0"
        with self._redis.pipeline(transaction=True) as pipeline:
            fields = {"event": event.model_dump_json()}
            pipeline.xadd(self._key, fields, maxlen=LENGTH, approximate=True)
            pipeline.xtrim(self._key, minid=oldest, approximate=True)
            pipeline.execute()

    def last_id(self) -> str:
        """Read this before a snapshot is taken: it then contains every event up to this one."""
        newest = self._redis.xrevrange(self._key, count=1)
        return newest[0][0] if newest else BEGINNING

    def follow(self, after: str, wait_s: float) -> Iterator[tuple[str, str] | None]:
        """(id, JSON) of each event after `after`; None whenever `wait_s` passed without one.

        Raises Reset if events between `after` and the oldest kept one may be missing.
        """
        listener: queue.Queue[tuple[str, str] | None] = queue.Queue(BACKLOG)
        with self._lock:
            self._listeners.add(listener)
        try:
            self._require_known(after)
            seen = after
            for event_id, fields in self._redis.xrange(self._key, min=f"({after}"):
                seen = event_id
                yield event_id, fields["event"]
            while True:
                try:
                    item = listener.get(timeout=wait_s)
                except queue.Empty:
                    yield None
                    continue
                if item is None:
                    return
                if _order(item[0]) > _order(seen):
                    yield item
        finally:
            with self._lock:
                self._listeners.discard(listener)

    def end_all(self) -> None:
        """Cut off every listener: nobody may listen any more."""
        with self._lock:
            for listener in self._listeners:
                _cut_off(listener)
            self._listeners.clear()

    def _require_known(self, after: str) -> None:
        """Raises Reset."""
        try:
            order = _order(after)
        except ValueError:
            raise Reset from None
        if not self._redis.exists(self._key):
            if after != BEGINNING:
                raise Reset
            return
        information = self._redis.xinfo_stream(self._key)
        first = information["first-entry"]
        is_whole = information["entries-added"] == information["length"]
        is_kept = is_whole or (first is not None and order >= _order(first[0]))
        if not is_kept or order > _order(information["last-generated-id"]):
            raise Reset

    def _fan_out(self) -> None:
        position: str | None = None
        while True:
            try:
                position = position or self.last_id()
                for _key, entries in self._redis.xread({self._key: position}, block=BLOCK_MS):
                    for event_id, fields in entries:
                        self._hand_out(event_id, fields["event"])
                        position = event_id
            except RedisError as error:
                log.warning("event log unreadable", error=type(error).__name__)
                time.sleep(PAUSE_S)

    def _hand_out(self, event_id: str, event: str) -> None:
        with self._lock:
            for listener in list(self._listeners):
                try:
                    listener.put_nowait((event_id, event))
                except queue.Full:
                    self._listeners.discard(listener)
                    _cut_off(listener)


def _cut_off(listener: "queue.Queue[tuple[str, str] | None]") -> None:
    with suppress(queue.Empty):
        while True:
            listener.get_nowait()
    listener.put(None)


def _order(event_id: str) -> tuple[int, int]:
    """Raises ValueError."""
    milliseconds, _dash, sequence = event_id.partition("-")
    return int(milliseconds), int(sequence)
