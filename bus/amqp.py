"""One way to publish and one way to consume; both outlive a broker outage.

Works with and without eventlet: services run it in green threads, the gateway in real ones.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future, InvalidStateError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Queue as ThreadQueue
from threading import Event as ThreadEvent
from typing import Any
from uuid import uuid4

import structlog
from amqp.exceptions import AMQPError as AmqpError
from amqp.exceptions import ChannelError
from kombu import Connection, Exchange, Message, Producer, Queue
from kombu.exceptions import OperationalError
from kombu.mixins import ConsumerMixin

log = structlog.get_logger(__name__)

RPC_EXCHANGE = Exchange("nameko-rpc", type="topic", durable=True)
HEARTBEAT_S = 10
CONFIRM_TIMEOUT_S = 10
REPLY_QUEUE_EXPIRES_S = 300
BROKER_WAIT_S = 1.0
"""A caller waits this long for a broker that is being restarted."""


def event_exchange(service: str) -> Exchange:
    """Where a service publishes, and others listen."""
    return Exchange(f"{service}.events", type="topic", durable=True)


class Unroutable(Exception):
    """No queue takes messages with this routing key."""


@dataclass
class Parcel:
    """One message on its way to the broker; `confirmed` ends when the broker has it."""

    body: Any
    exchange: Exchange
    routing_key: str
    properties: dict[str, Any]
    expires_at: float
    persistent: bool
    confirmed: "Future[None]" = field(default_factory=Future)

    def is_wanted(self) -> bool:
        return time.time() < self.expires_at and not self.confirmed.done()


class Sender:
    """Publishes parcels strictly one after another, each again until the broker confirms it.

    A parcel may therefore arrive twice (its `message_id` stays the same), but never out of order.
    One thread owns the connection, so no deadline of a caller can interrupt a half-read frame.
    """

    def __init__(self, amqp_uri: str) -> None:
        self._amqp_uri = amqp_uri
        self._parcels: ThreadQueue[Parcel | None] = ThreadQueue()
        self._connection: Connection | None = None
        self._producer: Producer | None = None

    def post(
        self,
        body: Any,
        exchange: Exchange,
        routing_key: str,
        *,
        expires_at: float = math.inf,
        persistent: bool = True,
        **properties: Any,
    ) -> "Future[None]":
        """Queue a message. Nothing is sent after `expires_at` or once the future is cancelled.

        The broker keeps it on its disk unless it is not `persistent`.
        """
        properties.setdefault("message_id", uuid4().hex)
        parcel = Parcel(body, exchange, routing_key, properties, expires_at, persistent)
        self._parcels.put(parcel)
        return parcel.confirmed

    def run(self) -> None:
        while (parcel := self._parcels.get()) is not None:
            self._deliver(parcel)
        self._disconnect()

    def stop(self) -> None:
        """`run` returns once everything posted before has been sent."""
        self._parcels.put(None)

    def _deliver(self, parcel: Parcel) -> None:
        pause_s = 0.1
        while parcel.is_wanted():
            try:
                self._publish(parcel)
            except ChannelError as error:
                # its confirmation is still to come, and would be taken for another's
                self._disconnect()
                unroutable = "NO_ROUTE" in str(error)
                _settle(parcel.confirmed, Unroutable(parcel.routing_key) if unroutable else error)
            except (AmqpError, OperationalError, OSError) as error:
                self._disconnect()
                if pause_s == 0.1:
                    log.warning("broker lost while publishing", error=str(error))
                time.sleep(pause_s)
                pause_s = min(pause_s * 1.5, 1)
            except Exception as error:  # not serializable: the sender's fault
                _settle(parcel.confirmed, error)
            else:
                _settle(parcel.confirmed, None)

    def _publish(self, parcel: Parcel) -> None:
        if self._producer is None:
            self._connection = Connection(
                self._amqp_uri, connect_timeout=3, transport_options={"confirm_publish": True}
            )
            self._connection.connect()
            self._producer = self._connection.Producer(auto_declare=False)
        self._producer.publish(
            parcel.body,
            exchange=parcel.exchange,
            routing_key=parcel.routing_key,
            serializer="json",
            declare=[parcel.exchange],
            delivery_mode=2 if parcel.persistent else 1,
            confirm_timeout=CONFIRM_TIMEOUT_S,
            **parcel.properties,
        )

    def _disconnect(self) -> None:
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            with suppress(Exception):
                connection.collect()


def _settle(future: "Future[None]", error: Exception | None) -> None:
    with suppress(InvalidStateError):  # the caller has given up meanwhile
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)


class Consumer(ConsumerMixin):
    """Takes messages from queues and reconnects for ever, at least every two seconds.

    Has the methods of nameko.amqp.consume.Consumer, so nameko's extensions can use it as
    `consumer_cls`.
    """

    def __init__(
        self,
        amqp_uri: str,
        *,
        queues: list[Queue],
        callbacks: list[Callable[[Any, Message], None]],
        prefetch_count: int = 10,
        heartbeat: float = HEARTBEAT_S,
        **_nameko_options: Any,
    ) -> None:
        self.connection = Connection(amqp_uri, heartbeat=heartbeat, connect_timeout=3)
        self._queues = queues
        self._callbacks = callbacks
        self._prefetch_count = prefetch_count
        self._connected = ThreadEvent()
        self._is_away = False

    def stop(self) -> None:
        self.should_stop = True

    def wait_until_consumer_ready(self, timeout_s: float | None = None) -> bool:
        return self._connected.wait(timeout_s)

    def ack_message(self, message: Message) -> None:
        """Without effect if the connection is gone: the broker will deliver the message again."""
        if is_live(message):
            with suppress(AmqpError, OSError):
                message.ack()

    # hooks of ConsumerMixin

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        with self.connection.clone() as connection:
            connection.ensure_connection(
                self.on_connection_error, interval_start=0.2, interval_step=0.3, interval_max=2
            )
            yield connection

    def get_consumers(self, consumer_cls: Any, _channel: Any) -> list[Any]:
        return [
            consumer_cls(
                queues=self._queues,
                callbacks=self._callbacks,
                accept=["json"],
                prefetch_count=self._prefetch_count,
            )
        ]

    def on_consume_ready(self, *_args: Any, **_kwargs: Any) -> None:
        if self._is_away:
            self._is_away = False
            log.info("broker is back")
        self._connected.set()

    def on_consume_end(self, *_args: Any) -> None:
        self._connected.clear()

    def on_connection_error(self, error: Exception, interval_s: float) -> None:
        self._connected.clear()
        if not self._is_away:
            self._is_away = True
            log.warning("broker unreachable", retry_in_s=round(interval_s, 1), error=str(error))


def is_live(message: Message) -> bool:
    """Whether the connection that delivered this message still stands."""
    return message.channel.connection is not None


class RecentMessages:
    """Recognizes a message that comes again: republished after a lost confirmation, or redelivered.

    Knows only what this process has seen; across a restart, revisions and request ids do the same.
    """

    def __init__(self, remembered: int = 1000) -> None:
        self._remembered = remembered
        self._ids: OrderedDict[str, None] = OrderedDict()

    def has(self, message: Message) -> bool:
        return message.properties.get("message_id") in self._ids

    def add(self, message: Message) -> None:
        message_id = message.properties.get("message_id")
        if message_id is None:  # not from our Sender
            return
        self._ids[message_id] = None
        if len(self._ids) > self._remembered:
            self._ids.popitem(last=False)
