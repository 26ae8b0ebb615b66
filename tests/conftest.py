"""Servers that the tests share: started here, on ports of their own, and stopped again."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.practice import server as practice_server
from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.peers.face import Face
from tests.peers.supervised import SupervisedStack


@pytest.fixture(scope="session")
def servers_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def practice(servers_directory: Path) -> Iterator[PracticeServer]:
    """Asterisk, Prosody and the robots."""
    server = PracticeServer.create(servers_directory / "practice")
    with ExitStack() as stack:
        stack.enter_context(running_all(practice_server.programs(server), server.directory / "log"))
        yield server


@pytest.fixture(scope="session")
def alice_stack(practice: PracticeServer, servers_directory: Path) -> Iterator[Stack]:
    """A whole stack that nobody has signed in to yet; its engine lets go of what has ended."""
    stack = Stack.create(
        servers_directory / "alice",
        (practice.instances,),
        name="alice",
        host_audio=servers_directory / "host-audio",
    )
    with ExitStack() as running_programs:
        running_programs.enter_context(running_all(stack_programs(stack), stack.directory / "log"))
        yield stack
    assert "still held" not in (stack.directory / "log" / "sip-engine.log").read_text()


@pytest.fixture(scope="module")
def supervised(practice: PracticeServer, servers_directory: Path) -> Iterator[SupervisedStack]:
    """A whole stack whose parts are started again when they end; Alice is signed in.

    No longer than it is needed: the server's queues ring only one of her telephones.
    """
    stack = Stack.create(servers_directory / "faults", (practice.instances,), name="faults")
    supervised = SupervisedStack(stack)
    try:
        supervised.start()
        with Face(stack.address) as face:
            assert face.sign_in(remember=True).status_code == 200
        yield supervised
    finally:
        supervised.stop()


@pytest.fixture
def alice(alice_stack: Stack) -> Iterator[Face]:
    """Alice, signed in; whatever call the test leaves is ended."""
    with Face(alice_stack.address) as face:
        response = face.sign_in()
        assert response.status_code == 200, response.text
        yield face
        face.hang_up_everything()
