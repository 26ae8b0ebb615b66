"""Typed RPC: errors as themselves, deadlines kept, commands at most once."""

import hashlib
import json
from typing import ClassVar
from unittest.mock import Mock

import pytest
from nameko import config
from redis import Redis

from bus.codec import within
from bus.rpc import rpc, rpc_client
from bus.settings import Settings
from contracts.base import Command
from contracts.errors import (
    CallNotFound,
    DeadlineExceeded,
    InternalError,
    InvalidRequest,
    OutcomeUnknown,
    ServiceUnavailable,
    StorageFull,
    StoreUnavailable,
)
from tests.monkey import eventlet


class Add(Command):
    amount: int


class AddForLong(Add):
    needs_room = True


class CounterRpc:
    def add(self, request: Add) -> int:
        raise NotImplementedError

    def add_for_long(self, request: AddForLong) -> int:
        raise NotImplementedError

    def fail(self) -> None:
        raise NotImplementedError

    def find(self, call_id: str) -> int:
        raise NotImplementedError

    def pause(self, duration_s: float) -> None:
        raise NotImplementedError


class Counter(CounterRpc):
    name = "counter"
    ran: ClassVar[list[int]] = []
    paused: ClassVar[list[float]] = []

    @rpc
    def add(self, request: Add) -> int:
        eventlet.sleep(0.1)
        self.ran.append(request.amount)
        return sum(self.ran)

    @rpc
    def add_for_long(self, request: AddForLong) -> int:
        return self.add(request)

    @rpc
    def fail(self) -> None:
        raise ZeroDivisionError("secret detail")

    @rpc
    def find(self, call_id: str) -> int:
        raise CallNotFound("gone", call_id=call_id)

    @rpc
    def pause(self, duration_s: float) -> None:
        eventlet.sleep(duration_s)
        self.paused.append(duration_s)


class Caller:
    name = "caller"
    counter = rpc_client("counter", CounterRpc)
    nobody = rpc_client("nobody", CounterRpc)

    @rpc
    def use(self, what: object) -> object: ...


def use(container, function):
    """Run function(service) as a worker would."""
    entrypoint = next(each for each in container.entrypoints if each.method_name == "use")
    service = container.service_cls()
    context = Mock(service=service, entrypoint=entrypoint, context_data={})
    for provider in container.dependencies:
        setattr(service, provider.attr_name, provider.get_dependency(context))
    return function(service)


@pytest.fixture
def caller(run_service):
    Counter.ran.clear()
    Counter.paused.clear()
    run_service(Counter)
    return run_service(Caller)


def test_a_repeated_command_is_answered_not_run(caller):
    request = Add(amount=3)
    results = [use(caller, lambda service: service.counter.add(request)) for _ in range(3)]
    assert results == [3, 3, 3]
    assert Counter.ran == [3]


def test_an_id_that_was_used_for_another_command_is_refused(caller):
    first = Add(amount=3)
    use(caller, lambda service: service.counter.add(first))
    with pytest.raises(InvalidRequest):
        other = Add(amount=4, request_id=first.request_id)
        use(caller, lambda service: service.counter.add(other))
    assert Counter.ran == [3]


def test_the_same_command_at_the_same_time_runs_once(caller):
    request = Add(amount=3)
    pool = eventlet.GreenPool()
    calls = [
        pool.spawn(use, caller, lambda service: service.counter.add(request)) for _ in range(8)
    ]
    assert [call.wait() for call in calls] == [3] * 8
    assert Counter.ran == [3]


def test_a_command_that_never_reported_back_is_not_run_again(caller, bus_config):
    request = Add(amount=3)
    with Redis.from_url(bus_config["REDIS_URI"]) as redis:
        asked = hashlib.sha256(f"add {request!r}".encode()).hexdigest()
        kept = json.dumps({"asked": asked, "outcome": None})  # by a process that died
        redis.set(f"counter:request:{request.request_id}", kept)
    with pytest.raises(OutcomeUnknown):
        use(caller, lambda service: within(0.5, service.counter).add(request))
    assert Counter.ran == []


def test_errors_cross_as_themselves(caller):
    with pytest.raises(CallNotFound) as caught:
        use(caller, lambda service: service.counter.find("c1"))
    assert caught.value.fields == {"call_id": "c1"}


def test_an_unexpected_error_tells_no_details(caller):
    with pytest.raises(InternalError) as caught:
        use(caller, lambda service: service.counter.fail())
    assert "secret" not in str(caught.value)


def test_wrong_arguments_do_not_leave_the_caller(caller):
    with pytest.raises(InvalidRequest):
        use(caller, lambda service: service.counter.find(7))


def test_a_slow_call_ends_at_its_deadline(caller):
    with eventlet.Timeout(1.5), pytest.raises(DeadlineExceeded):
        use(caller, lambda service: within(0.2, service.counter).pause(2))


def test_a_request_past_its_deadline_is_not_run(caller):
    pool = eventlet.GreenPool()
    for _ in range(10):  # fills all workers of the service
        pool.spawn(use, caller, lambda service: service.counter.pause(0.5))
    eventlet.sleep(0.2)
    with pytest.raises(DeadlineExceeded):
        use(caller, lambda service: within(0.1, service.counter).pause(0.001))
    pool.waitall()
    assert Counter.paused == [0.5] * 10
    # the queue is served in order: what comes after it has run, the late one has not
    use(caller, lambda service: service.counter.pause(0.002))
    assert Counter.paused == [0.5] * 10 + [0.002]


def test_a_service_nobody_offers_is_unavailable(caller):
    with pytest.raises(ServiceUnavailable):
        use(caller, lambda service: service.nobody.fail())
    assert use(caller, lambda service: service.counter.add(Add(amount=1))) == 1


def test_without_redis_a_command_is_refused_not_run(caller, bus_config):
    with Redis.from_url(bus_config["REDIS_URI"]) as redis:
        redis.execute_command("CLIENT", "PAUSE", "4000", "WRITE")
    with pytest.raises(StoreUnavailable):
        use(caller, lambda service: service.counter.add(Add(amount=1)))
    with Redis.from_url(bus_config["REDIS_URI"]) as redis:
        redis.execute_command("CLIENT", "UNPAUSE")
    assert Counter.ran == []


def test_a_redis_that_refuses_writes_is_full_for_the_caller(caller, bus_config):
    request = Add(amount=1)
    with Redis.from_url(bus_config["REDIS_URI"]) as redis:
        redis.config_set("maxmemory", 1)
        try:
            with pytest.raises(StorageFull):
                use(caller, lambda service: service.counter.add(request))
        finally:
            redis.config_set("maxmemory", 0)
    assert Counter.ran == []
    assert use(caller, lambda service: service.counter.add(request)) == 1


def test_what_needs_room_is_refused_while_the_disk_is_nearly_full(caller):
    request = AddForLong(amount=2)
    nearly_full = Settings(least_free_mb=10**9)
    with config.patch({"SETTINGS": nearly_full}), pytest.raises(StorageFull):
        use(caller, lambda service: service.counter.add_for_long(request))
    with config.patch({"SETTINGS": nearly_full}):
        assert use(caller, lambda service: service.counter.add(Add(amount=1))) == 1
    assert use(caller, lambda service: service.counter.add_for_long(request)) == 3
