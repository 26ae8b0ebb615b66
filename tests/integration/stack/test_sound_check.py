"""The sound check: a screen is tried out before the first call."""

from typing import Any

import numpy as np
import pytest

from tests.peers.ear import eventually
from tests.peers.face import HEADER_BYTES, Face, Screen


class Loop(Screen):
    """A screen whose microphone hears its loudspeaker, but not each frame."""

    def __init__(self, face: Face, *, gain: float = 1, loses_each: int | None = None) -> None:
        self._gain, self._loses_each = gain, loses_each
        self._count = 0
        super().__init__(face, speaks=False)

    def take(self, pcm: bytes) -> None:
        super().take(pcm)
        self._count += 1
        is_lost = self._loses_each is not None and self._count % self._loses_each == 0
        samples = np.frombuffer(pcm, "<i2") * (0 if is_lost else self._gain)
        self._socket.send(bytes(HEADER_BYTES) + samples.astype("<i2").tobytes())


def check(alice: Face, step: str) -> dict[str, Any]:
    """A step, once it is over."""
    response = alice.request("POST", "/api/v1/sound-check", {"step": step})
    assert response.status_code == 201, response.text

    def look() -> dict[str, Any] | None:
        found = alice.request("GET", "/api/v1/sound-check").json()
        return found if found["state"] != "running" else None

    return eventually(look, within_s=20, what="an end of the sound check")


def test_the_way_to_a_screen_and_back_is_measured(alice: Face):
    with Loop(alice, loses_each=5):
        found = check(alice, "path")
    assert found["state"] == "done"
    assert 20 < found["delay_ms"] < 500
    assert 10 < found["loss_percent"] < 40


def test_an_echo_is_measured(alice: Face):
    with Loop(alice, gain=0.1):
        found = check(alice, "echo")
    assert found["echo_loss_db"] == pytest.approx(20, abs=2)


def test_a_call_has_precedence_over_a_sound_check(alice: Face):
    with Screen(alice, tone_hz=700) as screen:
        alice.request("POST", "/api/v1/sound-check", {"step": "voice"})
        call = alice.dial("600")
        alice.waits_for(call, state="confirmed")
        screen.hears(700)
        assert alice.request("GET", "/api/v1/sound-check").json()["state"] == "stopped"

        refused = alice.request("POST", "/api/v1/sound-check", {"step": "voice"})
        assert refused.json()["code"] == "wrong_call_state"


def test_without_a_screen_there_is_nothing_to_try_out(alice: Face):
    refused = alice.request("POST", "/api/v1/sound-check", {"step": "path"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no_screen")
