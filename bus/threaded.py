"""The bus for processes with real threads (the gateway): no nameko, no eventlet, no patching."""

import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast
from uuid import uuid4

import structlog
from kombu import Message, Queue
from pydantic import ValidationError

from bus import retry
from bus.amqp import (
    BROKER_WAIT_S,
    REPLY_QUEUE_EXPIRES_S,
    RPC_EXCHANGE,
    Consumer,
    RecentMessages,
    Sender,
    event_exchange,
    is_live,
)
from bus.calls import Calls
from bus.codec import TypedClient
from contracts.base import Event
from contracts.errors import ServiceUnavailable

log = structlog.get_logger(__name__)

Contract = TypeVar("Contract")
Subscription = Callable[[Event], None]


class ThreadedBus:
    """RPC clients and event subscriptions; any thread may call. Three threads of its own do the
    work.

    `subscriptions` maps an event class to the function that takes it: one at a time, in order.
    """

    def __init__(
        self, amqp_uri: str, name: str, subscriptions: dict[type[Event], Subscription] | None = None
    ) -> None:
        reply_key = uuid4().hex
        replies = Queue(
            f"rpc.reply-{name}-{reply_key}",
            RPC_EXCHANGE,
            reply_key,
            queue_arguments={"x-expires": REPLY_QUEUE_EXPIRES_S * 1000},
        )
        self._sender = Sender(amqp_uri)
        self._calls = Calls(self._sender, reply_key)
        self._consumers = [Consumer(amqp_uri, queues=[replies], callbacks=[self._take_reply])]
        self._recent = RecentMessages()
        self._subscriptions = {
            event.model_fields["type"].default: (event, take)
            for event, take in (subscriptions or {}).items()
        }
        if self._subscriptions:
            self._consumers.append(
                Consumer(
                    amqp_uri,
                    queues=[
                        self._event_queue(name, event_type) for event_type in self._subscriptions
                    ],
                    callbacks=[self._take_event],
                )
            )
        for run in [self._sender.run, *(consumer.run for consumer in self._consumers)]:
            threading.Thread(target=run, name=f"bus {name}", daemon=True).start()

    def client(self, service: str, contract: type[Contract], *, timeout_s: float = 5) -> Contract:
        """A client that ends each call within `timeout_s`, whatever the broker does."""

        def call(method: str, arguments: dict[str, Any], timeout_s: float) -> Any:
            expires_at = time.time() + timeout_s
            if not self._consumers[0].wait_until_consumer_ready(min(timeout_s, BROKER_WAIT_S)):
                raise ServiceUnavailable("the message broker is away")
            return self._calls.call(service, method, arguments, expires_at=expires_at, headers={})

        return cast(Contract, TypedClient(contract, call, timeout_s))

    def is_connected(self) -> bool:
        return all(consumer.wait_until_consumer_ready(0) for consumer in self._consumers)

    def _event_queue(self, name: str, event_type: str) -> Queue:
        service = event_type.partition(".")[0]
        return Queue(f"evt-{event_type}--{name}", event_exchange(service), event_type)

    def _take_reply(self, body: Any, message: Message) -> None:
        self._consumers[0].ack_message(message)
        self._calls.take_reply(message.properties["correlation_id"], body)

    def _take_event(self, body: Any, message: Message) -> None:
        if not is_live(message):
            return  # not acknowledged, so delivered again
        event_class, take = self._subscriptions[message.delivery_info["routing_key"]]
        if not self._recent.has(message):
            try:
                event = event_class.model_validate(body)
            except ValidationError as error:
                problems = error.errors(include_input=False)
                log.error("dropped malformed event", type=event_class.__name__, problems=problems)
            else:
                retry.until_done(event_class.__name__, partial(take, event), lambda: True)
            self._recent.add(message)
        self._consumers[1].ack_message(message)
