"""The relay of the transactional outbox: from a service's Redis stream to the broker, in order."""

import json
from collections.abc import Callable
from typing import Any, TypeVar, cast

import structlog
from nameko import config
from nameko.extensions import DependencyProvider, SharedExtension

from bus import retry
from bus.amqp import event_exchange
from bus.store import BEGINNING, Store, connect
from bus.workers import EventSender

log = structlog.get_logger(__name__)

AnyStore = TypeVar("AnyStore", bound=Store)

BATCH = 100
BLOCK_MS = 1000


class OutboxRelay(SharedExtension):
    """Publishes each entry until the broker confirms it, then remembers how far it came.

    After a crash entries since the last remembered position are published again: receivers compare
    revisions. While Redis or the broker is away nothing is lost, the stream keeps it.
    """

    sender = EventSender()
    store: Store

    def setup(self) -> None:
        self._exchange = event_exchange(self.container.service_name)
        self._stopping = False

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._run, "outbox relay")

    def stop(self) -> None:
        self._stopping = True
        self._thread.wait()

    def _run(self) -> None:
        while not self._stopping:
            retry.until_done("outbox relay", self._relay, lambda: not self._stopping)

    def _relay(self) -> None:
        redis, outbox_key = self.store.redis, self.store.outbox_key
        position_key = self.store.position_key
        position = redis.get(position_key) or BEGINNING
        while not self._stopping:
            for _key, entries in redis.xread({outbox_key: position}, count=BATCH, block=BLOCK_MS):
                confirmations = [self._post(entry_id, fields) for entry_id, fields in entries]
                for confirmed in confirmations:
                    confirmed.result()
                position = entries[-1][0]
                redis.set(position_key, position)

    def _post(self, entry_id: str, fields: dict[str, str]) -> Any:
        return self.sender.post(
            json.loads(fields["body"]),
            self._exchange,
            fields["type"],
            message_id=f"{self._exchange.name}:{entry_id}",
        )


class _StoreProvider(DependencyProvider):
    relay = OutboxRelay()

    def __init__(self, store_class: Callable[..., Store]) -> None:
        self._store_class = store_class

    def setup(self) -> None:
        self._store = self._store_class(connect(config["REDIS_URI"]))
        self.relay.store = self._store
        if not retry.until_done("store", self._store.prepare, lambda: True):
            raise RuntimeError(f"the store of {self._store.service} cannot be used")

    def get_dependency(self, _worker_ctx: Any) -> Store:
        return self._store


def store(store_class: type[AnyStore]) -> AnyStore:
    """Inject the service's store; what its transactions publish reaches the broker by itself."""
    return cast(AnyStore, _StoreProvider(store_class))
