"""Typed events: from the owner's transaction to handlers that wait for what they need."""

import json
from typing import ClassVar, Literal

from kombu import Connection
from redis import Redis
from structlog.testing import capture_logs

from bus.amqp import event_exchange
from bus.events import on_change, on_event
from bus.outbox import store
from bus.rpc import rpc, rpc_client
from bus.store import Store
from contracts.base import Event
from contracts.changes import ChangePage
from contracts.errors import ServiceUnavailable
from tests.integration.bus.conftest import wait_until
from tests.integration.bus.test_rpc import use


class Ticked(Event):
    type: Literal["ticker.tick.made"] = "ticker.tick.made"
    number: int


class TickerStore(Store):
    service = "ticker"

    def tick(self, *numbers: int) -> None:
        with self.transaction() as transaction:
            for number in numbers:
                transaction.pipeline.set(self.key("newest"), number)
                transaction.publish(Ticked(number=number))


class TickerRpc:
    def tick_changes(self, after: str, limit: int) -> ChangePage[Ticked]:
        raise NotImplementedError


class Ticker(TickerRpc):
    name = "ticker"
    store = store(TickerStore)

    @rpc
    def use(self, what: object) -> object: ...

    @rpc
    def tick_changes(self, after: str, limit: int) -> ChangePage[Ticked]:
        return self.store.changes(Ticked, after, limit)


class Listener:
    name = "listener"
    heard: ClassVar[list[int]] = []
    failures: ClassVar[dict[int, list[Exception]]] = {}

    @on_event(Ticked)
    def ticked(self, event: Ticked) -> None:
        if waiting := self.failures.get(event.number):
            raise waiting.pop()
        self.heard.append(event.number)


class Complete:
    """Asks the owner, so that it misses nothing."""

    name = "complete"
    ticker = rpc_client("ticker", TickerRpc)
    heard: ClassVar[list[int]] = []
    position: ClassVar[list[str]] = [""]

    @on_change(Ticked)
    def follow(self) -> None:
        more = True
        while more:
            page = self.ticker.tick_changes(self.position[-1], 3)
            self.heard.extend(event.number for event in page.events)
            self.position.append(page.position)
            more = page.more


def tick(container, *numbers):
    use(container, lambda service: service.store.tick(*numbers))


def fresh(service):
    service.heard.clear()
    if service is Listener:
        Listener.failures.clear()
    else:
        Complete.position[:] = [""]
    return service


def test_what_a_transaction_publishes_is_heard_in_order(run_service):
    run_service(fresh(Listener))
    ticker = run_service(Ticker)
    for number in range(50):
        tick(ticker, number)
    wait_until(lambda: Listener.heard == list(range(50)))


def test_what_was_written_before_a_crash_is_published_after_it(run_service, bus_config):
    """The outbox is in Redis: the process that wrote need not be the one that publishes."""
    run_service(fresh(Listener))
    with Redis.from_url(bus_config["REDIS_URI"], decode_responses=True) as redis:
        TickerStore(redis).tick(1, 2)  # a service that died before its relay came round
    run_service(Ticker)
    wait_until(lambda: Listener.heard == [1, 2])


def test_a_handler_that_needs_something_that_is_away_waits_and_keeps_the_order(run_service):
    fresh(Listener)
    Listener.failures[1] = [ServiceUnavailable("away") for _ in range(4)]
    run_service(Listener)
    ticker = run_service(Ticker)
    tick(ticker, 1, 2, 3)
    wait_until(lambda: Listener.heard == [1, 2, 3], within_s=15)


def test_an_event_that_always_fails_is_given_up_and_does_not_block_the_next(run_service):
    fresh(Listener)
    Listener.failures[1] = [ZeroDivisionError() for _ in range(9)]
    run_service(Listener)
    ticker = run_service(Ticker)
    tick(ticker, 1, 2)
    with capture_logs() as logs:
        wait_until(lambda: Listener.heard == [2])
    assert [each["event"] for each in logs] == ["handler gave up"]


def test_malformed_events_are_dropped_and_the_service_lives(run_service, bus_config):
    run_service(fresh(Listener))
    exchange = event_exchange("ticker")
    to = {"exchange": exchange, "routing_key": "ticker.tick.made", "declare": [exchange]}
    with Connection(bus_config["AMQP_URI"]) as connection:
        producer = connection.Producer()
        producer.publish({"bad": 1}, serializer="json", **to)
        producer.publish(
            b"{not json", content_type="application/json", content_encoding="utf-8", **to
        )
        producer.publish(json.dumps({"number": 7}), content_type="application/json",
                         content_encoding="utf-8", **to)  # fmt: skip
    wait_until(lambda: Listener.heard == [7])


def test_a_complete_listener_hears_what_happened_while_it_was_away(run_service):
    ticker = run_service(Ticker)
    tick(ticker, *range(10))
    run_service(fresh(Complete))
    wait_until(lambda: Complete.heard == list(range(10)))
    tick(ticker, 10)
    wait_until(lambda: Complete.heard == list(range(11)))


def test_a_complete_listener_is_not_misled_by_a_lost_event(run_service, bus_config):
    """A hint for one change is enough to learn of all others."""
    run_service(fresh(Complete))
    with Redis.from_url(bus_config["REDIS_URI"], decode_responses=True) as redis:
        TickerStore(redis).tick(1, 2, 3)
        redis.set("ticker:outbox:position", redis.xrevrange("ticker:outbox", count=1)[0][0])
    ticker = run_service(Ticker)  # its relay believes that everything was published
    assert Complete.heard == []
    tick(ticker, 4)
    wait_until(lambda: Complete.heard == [1, 2, 3, 4])
