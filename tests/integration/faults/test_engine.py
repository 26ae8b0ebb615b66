"""The sip engine dies during calls: each confirmed one is taken back from the server.

INVITE with Replaces (RFC 3891) gives the new engine the other end of the old one's dialog.
"""

import io
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from deploy.practice.server import PracticeServer, asterisk_says
from tests.integration.faults.conftest import TONE_HZ
from tests.peers.ear import eventually
from tests.peers.face import Face, Json, Screen
from tests.peers.supervised import SupervisedStack
from tests.peers.telephone import Telephone, hears_all

ENGINE = "sip-engine"
AUDIBLE_WITHIN_S = 3
LINK_IS_DOWN_AFTER_S = 8
HUNG_FOR_S = 20


def test_a_call_is_heard_again_three_seconds_after_its_engine_was_killed(
    supervised: SupervisedStack, alice: Face, talk: Json, practice: PracticeServer
):
    killed_at = time.monotonic()
    supervised.kill(ENGINE)
    interrupted = alice.waits_for(talk, continuity="interrupted")
    assert interrupted["state"] == "confirmed"

    with screen_of(alice) as screen:
        screen.hears(TONE_HZ, within_s=killed_at + AUDIBLE_WITHIN_S - time.monotonic())
    restored = alice.waits_for(talk, continuity="restored")
    assert restored["answered_at"] == talk["answered_at"]
    assert restored["encryption"] == {"signalling": "tls", "media": "sdes"}
    assert restored["revision"] > interrupted["revision"]
    assert alice.journal_entry(talk, result="running")

    alice.command(talk, "hang-up")
    assert alice.waits_for(talk, state="terminated")["cause"] == "local_bye"
    assert alice.journal_entry(talk, result="answered")
    eventually(lambda: not channels(practice), what="a channel is left at the server")


def test_a_call_survives_one_engine_after_the_other(supervised, alice, talk):
    for _ in range(2):
        before = alice.call(talk["call_id"])
        supervised.kill(ENGINE)
        alice.waits_for(talk, continuity="interrupted")
        after = alice.waits_for(talk, continuity="restored")
        assert after["revision"] > before["revision"]
    with screen_of(alice) as screen:
        screen.hears(TONE_HZ)


def test_a_call_that_came_in_is_taken_back_too(supervised, alice):
    call = alice.dial("198")
    alice.waits_for(call, state="confirmed")
    alice.command(call, "hang-up")
    incoming = alice.is_called()
    alice.command(incoming, "answer")
    alice.waits_for(incoming, state="confirmed")

    supervised.kill(ENGINE)

    alice.waits_for(incoming, continuity="restored")
    with screen_of(alice) as screen:
        screen.hears_sound()


def test_lamps_are_lit_anew_and_the_wish_to_be_told_of_somebody_is_kept(supervised, alice):
    def bob() -> Json:
        lamps = alice.request("GET", "/api/v1/lamps").json()["items"]
        return next(each for each in lamps if each["number"] == "102")

    eventually(lambda: bob()["state"] == "free")
    alice.request("POST", "/api/v1/lamps/102/completion")
    before = bob()["revision"]
    killed = {part: supervised.kill(part) for part in ("sip", ENGINE)}

    for part, process in killed.items():
        supervised.is_back(part, process, within_s=20)
    supervised.is_healthy(within_s=20)
    eventually(lambda: bob()["state"] == "free" and bob()["revision"] > before, within_s=10)
    eventually(lambda: bob()["completion"]["is_ready"])
    assert alice.request("DELETE", "/api/v1/lamps/102/completion").status_code == 200


@pytest.mark.parametrize(
    ("silence", "sound", "silent"),
    [
        ("hold", "resume", {"local_direction": "sendonly"}),
        ("mute", "unmute", {"microphone": "muted"}),
    ],
)
def test_a_call_comes_back_as_silent_as_it_was(supervised, alice, talk, silence, sound, silent):
    alice.command(talk, silence)
    alice.waits_for(talk, **silent)
    supervised.kill(ENGINE)
    alice.waits_for(talk, continuity="restored", **silent)
    with screen_of(alice) as screen:
        screen.hears_nothing()
        assert alice.command(talk, sound).status_code == 200
        screen.hears(TONE_HZ)


def test_a_call_that_was_held_for_another_stays_so(supervised, alice, talk):
    other = alice.waits_for(alice.dial("600"), state="confirmed")
    alice.waits_for(talk, local_direction="sendonly")
    supervised.kill(ENGINE)
    alice.waits_for(talk, continuity="restored", local_direction="sendonly")
    alice.waits_for(other, continuity="restored", local_direction="sendrecv")
    with screen_of(alice) as screen:
        screen.hears(TONE_HZ)


def test_a_conference_is_one_again(supervised, alice, practice):
    with Telephone(practice, "bob", 1100) as bob, Telephone(practice, "carol", 1900) as carol:
        calls = [alice.waits_for(alice.dial(who), state="confirmed") for who in ("102", "103")]
        body = {"call_ids": [call["call_id"] for call in calls]}
        started = alice.request("POST", "/api/v1/conferences", body)
        conference_id = started.json()["conference_id"]

        supervised.kill(ENGINE)

        for call in calls:
            alice.waits_for(call, continuity="restored", conference_id=conference_id)
        with screen_of(alice) as screen:
            hears_all(screen, bob.tone_hz, carol.tone_hz)
            hears_all(bob, TONE_HZ, carol.tone_hz)
            hears_all(carol, TONE_HZ, bob.tone_hz)


def test_a_recording_ends_with_its_engine_and_is_kept(supervised, alice, talk):
    body = {"on": True}
    assert alice.command(talk, "recording", body).status_code == 200
    path = supervised.stack.directory / "recordings"
    (file,) = eventually(
        lambda: [each for each in path.glob("*.wav") if each.stat().st_size > 9000]
    )

    supervised.kill(ENGINE)

    restored = alice.waits_for(talk, continuity="restored")
    (recording,) = restored["recordings"]
    assert recording["ended_at"] is not None
    alice.command(talk, "hang-up")
    alice.journal_entry(talk, result="answered")
    answer = alice.http.get(f"/api/v1/recordings/{recording['recording_id']}")
    with wave.open(io.BytesIO(answer.content)) as sound:
        assert sound.getnframes() == (file.stat().st_size - 44) // 2


def test_a_call_that_only_rang_ends_and_says_why(supervised, alice):
    call = alice.dial("103")
    alice.waits_for(call, state="early")
    supervised.kill(ENGINE)
    ended = alice.waits_for(call, state="terminated")
    assert (ended["cause"], ended["problem"]) == ("error", "engine_lost")
    assert alice.journal_entry(call, result="failed")


def test_a_call_that_the_server_does_not_give_back_ends_and_says_why(
    supervised, alice, talk, practice
):
    supervised.kill(ENGINE)
    asterisk_says(practice, "channel request hangup all")
    ended = alice.waits_for(talk, state="terminated")
    assert (ended["cause"], ended["problem"]) == ("error", "engine_lost")
    assert alice.journal_entry(talk, result="answered")


def test_a_call_is_hung_up_while_it_is_being_restored(supervised, alice, talk, practice):
    """Only who has the new dialog can end the old one: the server must not be left with it."""
    with frozen_server(practice):
        supervised.kill(ENGINE)
        eventually(lambda: alice.command(talk, "hang-up").status_code == 200)
        assert alice.call(talk["call_id"])["continuity"] == "interrupted"
    ended = alice.waits_for(talk, state="terminated")
    assert (ended["cause"], ended["problem"]) == ("local_bye", None)
    eventually(lambda: not channels(practice), what="a channel is left at the server")


def test_a_call_whose_server_does_not_answer_is_given_up(supervised, alice, talk, practice):
    with frozen_server(practice):
        supervised.kill(ENGINE)
        ended = alice.waits_for(talk, state="terminated", within_s=20)
    assert (ended["cause"], ended["problem"]) == ("error", "engine_lost")
    asterisk_says(practice, "channel request hangup all")


def test_an_engine_that_stood_still_goes_on_with_its_call(supervised, alice, talk, practice):
    before = channels(practice)
    with supervised.frozen(ENGINE):
        alice.waits_for(talk, continuity="interrupted", within_s=LINK_IS_DOWN_AFTER_S + 4)
    alice.waits_for(talk, continuity="restored")
    assert channels(practice) == before
    with screen_of(alice) as screen:
        screen.hears(TONE_HZ)
        alice.command(talk, "mute")
        alice.waits_for(talk, microphone="muted")


def test_an_engine_that_hangs_is_replaced_and_its_call_taken_back(supervised, alice, talk):
    with supervised.frozen(ENGINE):
        threading.Event().wait(HUNG_FOR_S)
    alice.waits_for(talk, continuity="restored")
    with screen_of(alice) as screen:
        screen.hears(TONE_HZ)


def test_an_engine_that_is_asked_to_end_hangs_up(supervised, alice, talk, practice):
    ending = supervised.ask_to_end(ENGINE)
    ended = alice.waits_for(talk, state="terminated")
    assert (ended["cause"], ended["problem"]) == ("local_bye", None)
    assert not channels(practice)
    supervised.is_back(ENGINE, ending, within_s=10)


def screen_of(alice: Face) -> Screen:
    """A screen, as soon as the engine takes one."""

    def attempt() -> Screen | None:
        try:
            return Screen(alice, tone_hz=TONE_HZ)
        except ConnectionClosed:
            return None

    return eventually(attempt)


@contextmanager
def frozen_server(practice: PracticeServer) -> Iterator[None]:
    """SIGSTOP to Asterisk, SIGCONT at the end."""
    configuration = str(practice.directory / "asterisk" / "etc" / "asterisk.conf")
    server = next(
        process
        for process in psutil.process_iter(["cmdline"])
        if {configuration, "-f"} <= set(process.info["cmdline"] or [])
    )
    server.suspend()
    try:
        yield
    finally:
        server.resume()


def channels(practice: PracticeServer) -> list[str]:
    """Names of Alice's at the server."""
    lines = asterisk_says(practice, "core show channels concise").splitlines()
    return [line.partition("!")[0] for line in lines if line.startswith("PJSIP/alice-")]
