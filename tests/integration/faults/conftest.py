"""One stack under supervisord for all tests of this directory, and a call that runs on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.peers.face import Face, Json, Screen
from tests.peers.supervised import SupervisedStack
from tests.peers.witness import Events

TONE_HZ = 700


@pytest.fixture(scope="session")
def supervised(practice: PracticeServer, servers_directory: Path) -> Iterator[SupervisedStack]:
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
def alice(supervised: SupervisedStack) -> Iterator[Face]:
    """Alice, signed in at a stack whose parts are all well."""
    supervised.is_healthy(within_s=20)
    with Face(supervised.stack.address) as face:
        assert face.sign_in(remember=True).status_code == 200
        yield face
        face.hang_up_everything()


@pytest.fixture
def events(alice: Face) -> Iterator[Events]:
    with Events(alice) as events:
        yield events


@pytest.fixture
def talk(alice: Face) -> Iterator[Json]:
    """A call to the echo, which returns what Alice says."""
    call = alice.waits_for(alice.dial("600"), state="confirmed")
    with Screen(alice, tone_hz=TONE_HZ) as screen:
        screen.hears(TONE_HZ)
    yield call
