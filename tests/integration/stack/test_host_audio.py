"""A call with no browser at all: loudspeaker and microphone are those of the computer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.stack import Stack
from tests.peers.ear import eventually
from tests.peers.face import Face, Screen
from tests.peers.sound_card import SoundCard, sound_card

VOICE_HZ = 700


@pytest.fixture
def computer(alice_stack: Stack, tmp_path: Path) -> Iterator[SoundCard]:
    """A computer whose sound server has just been started, with a voice at its microphone."""
    assert alice_stack.host_audio is not None
    with (
        sound_card(tmp_path, alice_stack.host_audio) as card,
        card.whistle("Microphone", VOICE_HZ),
    ):
        yield card


def test_a_call_is_heard_and_spoken_at_the_computer(alice: Face, computer: SoundCard):
    assert host_is_available(alice)
    alice.request("PATCH", "/api/v1/settings", {"audio_sink": "host"})
    try:
        call = alice.dial("600")
        assert call["audio_sink"] == "host"
        computer.ear.hears(VOICE_HZ)  # what is said there comes back there

        with Screen(alice, tone_hz=1100) as screen:
            assert alice.command(call, "audio", {"audio_sink": "browser"}).status_code == 200
            screen.hears(1100)
            computer.ear.hears_nothing()
    finally:
        alice.request("PATCH", "/api/v1/settings", {"audio_sink": "browser"})


def test_a_sound_check_tells_whether_echo_is_cancelled(
    alice: Face, alice_stack: Stack, tmp_path: Path
):
    """The microphone of this computer hears nothing but its own loudspeaker."""
    assert alice_stack.host_audio is not None
    with sound_card(tmp_path, alice_stack.host_audio) as card, card.echo():
        assert echo_loss_db(alice) < 15
        with card.echo_cancelling():
            assert echo_loss_db(alice) > 25


def test_without_a_sound_server_the_computer_is_not_offered(alice: Face):
    assert not host_is_available(alice)
    call = alice.dial("600")
    refused = alice.command(call, "audio", {"audio_sink": "host"})
    assert (refused.status_code, refused.json()["code"]) == (503, "audio_sink_unavailable")
    assert alice.call(call["call_id"])["audio_sink"] == "browser"


def host_is_available(alice: Face) -> bool:
    items = alice.request("GET", "/api/v1/audio-sinks").json()["items"]
    return next(item["is_available"] for item in items if item["audio_sink"] == "host")


def echo_loss_db(alice: Face) -> float:
    """As a sound check finds it; 100 if there is none."""
    request = {"step": "echo", "audio_sink": "host"}
    assert alice.request("POST", "/api/v1/sound-check", request).status_code == 201

    def look() -> dict | None:
        found = alice.request("GET", "/api/v1/sound-check").json()
        return found if found["state"] == "done" else None

    found = eventually(look, within_s=20)
    return 100 if found["echo_loss_db"] is None else found["echo_loss_db"]
