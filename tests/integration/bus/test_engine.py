"""The engine link: an engine of its own program, that may die, hang, and outlive its service."""

import os
import signal
import subprocess
import sys
from typing import ClassVar

import pytest

from bus.engine import EngineState, engine, engine_state, on_engine
from bus.link import EngineGone
from bus.rpc import rpc
from contracts.errors import CallNotFound, DeadlineExceeded, EngineDown
from deploy.program import REPOSITORY
from tests.integration.bus.conftest import wait_until
from tests.integration.bus.test_rpc import use
from tests.monkey import eventlet
from tests.peers.counting_engine import Counted, CountingEngine, CountingSnapshot


class Counting:
    name = "counting"
    engine = engine(CountingEngine, CountingSnapshot, timeout_s=3)
    state = engine_state()
    updates: ClassVar[list[object]] = []

    @rpc
    def use(self, what: object) -> object: ...

    @on_engine(CountingSnapshot)
    def connected(self, update: CountingSnapshot) -> None:
        self.updates.append(update)
        self.engine.start_at(100)

    @on_engine(Counted)
    def counted(self, update: Counted) -> None:
        eventlet.sleep(0.001 * (update.number % 3))  # a slow handler must not be overtaken
        self.updates.append(update)

    @on_engine(EngineGone)
    def gone(self, update: EngineGone) -> None:
        self.updates.append(update)


@pytest.fixture
def start_engine(bus_config):
    """Start the engine program; whatever is left of it is killed at the end."""
    started = []

    def start() -> subprocess.Popen[bytes]:
        argv = [sys.executable, "-m", "tests.peers.counting_engine", bus_config["ENGINE_SOCKET"]]
        started.append(subprocess.Popen(argv, cwd=REPOSITORY))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def counting(run_service):
    Counting.updates.clear()
    return run_service(Counting)


def is_up(container) -> bool:
    return use(container, lambda service: service.state) is EngineState.UP


def numbers() -> list[int]:
    return [each.number for each in Counting.updates if isinstance(each, Counted)]


def test_updates_come_one_at_a_time_and_in_order(counting, start_engine):
    start_engine()
    wait_until(lambda: is_up(counting))
    use(counting, lambda service: service.engine.count(200))
    wait_until(lambda: len(numbers()) == 200)
    assert numbers() == list(range(100, 300))


def test_no_command_overtakes_what_a_new_engine_must_know(counting, start_engine):
    with pytest.raises(EngineDown):
        use(counting, lambda service: service.engine.count(1))
    start_engine()
    wait_until(lambda: is_up(counting))
    assert isinstance(Counting.updates[0], CountingSnapshot)
    assert use(counting, lambda service: service.engine.newest()) == 100


def test_the_errors_of_an_engine_arrive_as_themselves(counting, start_engine):
    start_engine()
    wait_until(lambda: is_up(counting))
    with pytest.raises(CallNotFound):
        use(counting, lambda service: service.engine.fail())


def test_a_killed_engine_fails_the_running_command_at_once_and_is_found_again(
    counting, start_engine
):
    first = start_engine()
    wait_until(lambda: is_up(counting))
    running = eventlet.spawn(use, counting, lambda service: service.engine.pause(2.5))
    eventlet.sleep(0.2)
    first.send_signal(signal.SIGKILL)
    first.wait()
    with pytest.raises(EngineDown):
        running.wait()
    wait_until(lambda: any(isinstance(each, EngineGone) for each in Counting.updates))

    start_engine()
    wait_until(lambda: is_up(counting))
    assert use(counting, lambda service: service.engine.newest()) == 100


def test_an_engine_outlives_its_service_and_tells_the_next_one_all(run_service, start_engine):
    Counting.updates.clear()
    process = start_engine()
    first = run_service(Counting)
    wait_until(lambda: is_up(first))
    use(first, lambda service: service.engine.count(5))
    wait_until(lambda: len(numbers()) == 5)
    first.stop()
    assert process.poll() is None

    Counting.updates.clear()
    second = run_service(Counting)
    wait_until(lambda: is_up(second))
    assert Counting.updates[0].newest == 105


def test_a_hung_engine_is_told_from_a_busy_one(counting, start_engine):
    process = start_engine()
    wait_until(lambda: is_up(counting))
    with pytest.raises(DeadlineExceeded):  # busy for longer than one command may take
        use(counting, lambda service: service.engine.pause(3.5))
    assert is_up(counting)

    os.kill(process.pid, signal.SIGSTOP)
    wait_until(lambda: any(isinstance(each, EngineGone) for each in Counting.updates), within_s=15)
    assert not is_up(counting)
    os.kill(process.pid, signal.SIGCONT)
    wait_until(lambda: is_up(counting))
