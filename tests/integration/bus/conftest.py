"""A real broker and a real Redis; every test has a vhost and a database of its own."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import kombu.pools
import pytest
from nameko import config
from nameko.containers import ServiceContainer
from redis import Redis

from bus.settings import Settings
from deploy.stack import Stack, rabbitmq, redis
from deploy.testing import running
from tests.monkey import eventlet

RunService = Callable[..., ServiceContainer]
VHOSTS = 60


@pytest.fixture(scope="session")
def bus_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Only RabbitMQ and Redis of a stack."""
    stack = Stack.create(tmp_path_factory.mktemp("bus") / "stack", ())
    with ExitStack() as programs:
        for program in (rabbitmq(stack), redis(stack)):
            programs.enter_context(running(program, stack.directory / "log"))
        yield stack


@pytest.fixture(scope="session")
def vhosts(bus_stack: Stack) -> Iterator[str]:
    """Names of fresh vhosts; rabbitmqctl takes a second, so one call makes them all."""
    names = [f"test-{uuid4().hex[:8]}" for _ in range(VHOSTS)]
    each = ",".join(f'<<"{name}">>' for name in names)
    expression = (
        'lists:foreach(fun(V) -> rabbit_vhost:add(V, <<"test">>), '
        'rabbit_auth_backend_internal:set_permissions(<<"handset">>, V, <<".*">>, <<".*">>, '
        f'<<".*">>, <<"test">>) end, [{each}]).'
    )
    program = rabbitmq(bus_stack)
    subprocess.run(
        ["/usr/lib/rabbitmq/bin/rabbitmqctl", "eval", expression],
        env={"PATH": "/usr/bin:/bin", **program.environment},
        check=True,
        capture_output=True,
        timeout=60,
    )
    return iter(names)


@pytest.fixture
def amqp_uri(bus_stack: Stack, vhosts: Iterator[str]) -> str:
    password = quote(bus_stack.secret("rabbitmq-password"), safe="")
    return f"pyamqp://handset:{password}@127.0.0.1:{bus_stack.amqp_port}/{next(vhosts)}"


@pytest.fixture
def redis_uri(bus_stack: Stack) -> Iterator[str]:
    uri = f"redis://:{bus_stack.secret('redis-password')}@127.0.0.1:{bus_stack.redis_port}/0"
    yield uri
    with Redis.from_url(uri) as client:
        client.flushdb()


@pytest.fixture
def bus_config(amqp_uri: str, redis_uri: str, tmp_path: Path) -> Iterator[dict[str, Any]]:
    settings = {
        "AMQP_URI": amqp_uri,
        "REDIS_URI": redis_uri,
        "ENGINE_SOCKET": str(tmp_path / "engine.sock"),
        "SETTINGS": Settings(data_directory=tmp_path, least_free_mb=0),
    }
    with config.patch(settings):
        yield settings
    kombu.pools.reset()


@pytest.fixture
def run_service(bus_config: dict[str, Any]) -> Iterator[RunService]:
    """Start service classes; all are stopped at the end of the test, the latest first."""
    with ExitStack() as stack:

        def run(service: type) -> ServiceContainer:
            container = ServiceContainer(service)
            container.start()
            stack.callback(container.stop)
            return container

        yield run


def wait_until(look: Callable[[], Any], *, within_s: float = 8) -> Any:
    """The first truthy answer; other green threads run meanwhile."""
    with eventlet.Timeout(within_s):
        while not (found := look()):
            eventlet.sleep(0.01)
    return found
