"""Alice at a stack under supervisord, and a call that runs on it."""

from collections.abc import Iterator

import pytest

from tests.peers.face import Face, Json, Screen
from tests.peers.supervised import SupervisedStack
from tests.peers.witness import Events

TONE_HZ = 700


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
