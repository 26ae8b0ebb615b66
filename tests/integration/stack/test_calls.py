"""Call flows against the practice server, with audio that is measured."""

import pytest
from websockets.exceptions import ConnectionClosed

from deploy.stack import Stack
from tests.peers.face import Face, Screen

TONE_HZ = 700


def test_the_echo_number_returns_what_alice_says(alice: Face):
    with Screen(alice, tone_hz=TONE_HZ) as screen:
        call = alice.dial("600")
        assert call["direction"] == "outgoing"

        alice.waits_for(call, state="confirmed")
        screen.hears(TONE_HZ)

        alice.command(call, "hang-up")
        ended = alice.waits_for(call, state="terminated")
    assert ended["cause"] == "local_bye"
    entry = alice.journal_entry(call, result="answered")
    assert entry["talk_time_s"] > 0


def test_ringback_is_heard_until_bob_answers_and_speaks(alice: Face):
    with Screen(alice) as screen:
        call = alice.dial("102")

        alice.waits_for(call, state="early")
        screen.hears(425, within_s=2)

        alice.waits_for(call, state="confirmed")
        screen.hears(1000, within_s=20)


def test_the_call_back_number_calls_back_after_it_was_hung_up(alice: Face):
    call = alice.dial("198")
    alice.waits_for(call, state="confirmed")
    alice.command(call, "hang-up")

    incoming = alice.is_called(within_s=9)
    assert incoming["state"] == "early"
    assert incoming["remote"]["number"] == "198"
    assert alice.journal_entry(incoming, result="running")

    with Screen(alice) as screen:
        assert alice.command(incoming, "answer").status_code == 200
        alice.waits_for(incoming, state="confirmed")
        screen.hears_sound()
    alice.command(incoming, "hang-up")
    assert alice.journal_entry(incoming, result="answered")


def test_a_held_call_hears_nothing_and_a_resumed_one_does(alice: Face):
    with Screen(alice, tone_hz=TONE_HZ) as screen:
        call = alice.dial("600")
        alice.waits_for(call, state="confirmed")
        screen.hears(TONE_HZ)

        held = alice.command(call, "hold").json()
        assert held["local_direction"] == "sendonly"
        screen.hears_nothing()

        resumed = alice.command(call, "resume").json()
        assert resumed["local_direction"] == "sendrecv"
        screen.hears(TONE_HZ)
        alice.command(call, "hang-up")
    entry = alice.journal_entry(call, result="answered")
    assert 0.5 < entry["hold_time_s"] < entry["talk_time_s"]


def test_hold_and_resume_in_quick_succession_end_as_asked(alice: Face):
    """A re-INVITE must wait while another is under way (RFC 3261 section 14.1)."""
    with Screen(alice, tone_hz=TONE_HZ) as screen:
        call = alice.dial("600")
        alice.waits_for(call, state="confirmed")
        for verb in ("hold", "resume", "hold", "resume"):
            assert alice.command(call, verb).status_code == 200
        screen.hears(TONE_HZ)
    assert alice.call(call["call_id"])["local_direction"] == "sendrecv"


def test_a_muted_microphone_is_silent_on_the_other_side(alice: Face):
    with Screen(alice, tone_hz=TONE_HZ) as screen:
        call = alice.dial("600")
        alice.waits_for(call, state="confirmed")
        screen.hears(TONE_HZ)

        assert alice.command(call, "mute").json()["microphone"] == "muted"
        screen.hears_nothing()

        assert alice.command(call, "unmute").json()["microphone"] == "live"
        screen.hears(TONE_HZ)


def test_digits_reach_the_voice_menu(alice: Face):
    """Option 3 of the menu at 500 is the echo."""
    with Screen(alice, tone_hz=TONE_HZ) as screen:
        screen.hears_nothing()  # the end tone of another call is not the menu
        call = alice.dial("500")
        alice.waits_for(call, state="confirmed")
        screen.hears_sound()

        assert alice.command(call, "dtmf", {"digits": "3"}).status_code == 200

        screen.hears(TONE_HZ, within_s=10)


def test_keys_that_are_pressed_are_in_no_log(alice: Face, alice_stack: Stack):
    pin = "739#1826*4"
    call = alice.waits_for(alice.dial("600"), state="confirmed")
    assert alice.command(call, "dtmf", {"digits": pin}).status_code == 200
    assert alice.command(call, "dtmf", {"digits": "9" * 33}).status_code == 422  # is told as wrong
    alice.command(call, "hang-up")
    alice.waits_for(call, state="terminated")

    logs = [log.read_text(errors="replace") for log in (alice_stack.directory / "log").iterdir()]
    assert len(logs) > 5
    assert not any(leak in log.lower() for log in logs for leak in (pin, "9" * 33, "dtmf"))


def test_a_second_call_holds_the_first(alice: Face):
    with Screen(alice, tone_hz=TONE_HZ) as screen:
        first = alice.dial("601")
        alice.waits_for(first, state="confirmed")
        screen.hears(1004)

        second = alice.dial("600")
        alice.waits_for(second, state="confirmed")
        alice.waits_for(first, local_direction="sendonly")
        screen.hears(TONE_HZ)

        alice.command(first, "resume")
        alice.waits_for(second, local_direction="sendonly")
        screen.hears(1004)


def test_a_call_that_is_answered_while_another_is_talked_on_waits(alice: Face):
    with Screen(alice, tone_hz=TONE_HZ) as screen:
        bob = alice.dial("102")  # answers after two seconds
        echo = alice.dial("600")
        alice.waits_for(echo, state="confirmed")
        alice.waits_for(bob, state="confirmed", local_direction="sendonly")
        assert alice.call(echo["call_id"])["local_direction"] == "sendrecv"
        screen.hears(TONE_HZ)


def test_an_incoming_call_is_rejected_as_busy_here(alice: Face):
    call = alice.dial("198")
    alice.waits_for(call, state="confirmed")
    alice.command(call, "hang-up")
    incoming = alice.is_called(within_s=9)

    assert alice.command(incoming, "reject").status_code == 200

    ended = alice.waits_for(incoming, state="terminated")
    assert ended["cause"] == "rejected"
    assert alice.journal_entry(incoming, result="rejected")


@pytest.mark.parametrize(
    ("target", "cause", "problem", "result"),
    [
        ("199", "rejected", "busy", "failed"),
        ("4711", "rejected", "not_found", "failed"),
        ("197", "timeout", "no_answer", "unanswered"),
        ("🎉", "error", "invalid_target", "failed"),
        ("5" * 500, "error", "invalid_target", "failed"),
        ("sip:600@evil.example", "error", "foreign_host", "failed"),
    ],
)
def test_a_call_that_does_not_come_about_says_why_and_stands_in_the_journal(
    alice: Face, target, cause, problem, result
):
    call = alice.dial(target)
    ended = alice.waits_for(call, state="terminated", within_s=25)
    assert (ended["cause"], ended["problem"]) == (cause, problem)
    entry = alice.journal_entry(call, result=result)
    assert entry["problem"] == problem
    assert entry["dialled_text"] == target


def test_busy_is_heard(alice: Face):
    with Screen(alice) as screen:
        alice.waits_for(alice.dial("199"), state="terminated")
        screen.hears(425, within_s=2)


def test_a_call_given_up_while_it_rings_is_cancelled(alice: Face):
    call = alice.dial("103")
    alice.waits_for(call, state="early")
    alice.command(call, "hang-up")
    ended = alice.waits_for(call, state="terminated")
    assert ended["cause"] == "cancelled"
    assert ended["problem"] is None
    assert alice.journal_entry(call, result="unanswered")


def test_a_repeated_command_runs_once(alice: Face):
    key = alice.key()
    dial = {"target": "600"}
    first, second = (
        alice.request("POST", "/api/v1/calls", dial, headers=key).json() for _ in range(2)
    )
    assert first["call_id"] == second["call_id"]
    assert len(alice.calls()) == 1
    other = alice.request("POST", "/api/v1/calls", {"target": "601"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "invalid_request")


def test_what_a_call_cannot_do_now_is_a_problem_with_a_code(alice: Face):
    ringing = alice.dial("103")
    response = alice.command(ringing, "hold")
    assert response.status_code == 409
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "wrong_call_state"
    missing = alice.command({"call_id": "nobody"}, "hold")
    assert (missing.status_code, missing.json()["code"]) == (404, "call_not_found")


def test_a_newer_screen_takes_the_audio(alice: Face):
    call = alice.dial("601")
    alice.waits_for(call, state="confirmed")
    with Screen(alice) as first:
        first.hears(1004)
        with Screen(alice) as second:
            second.hears(1004)
    assert first.close_code == 4001


def test_a_screen_that_comes_back_by_itself_takes_no_audio_from_another(alice: Face):
    call = alice.dial("601")
    alice.waits_for(call, state="confirmed")
    with Screen(alice, query="screen=home") as home:
        home.hears(1004)
    with Screen(alice, query="screen=office") as office:
        with pytest.raises(ConnectionClosed) as refused:
            Screen(alice, query="screen=home&resume=true")
        assert refused.value.rcvd is not None and refused.value.rcvd.code == 4001
        office.hears(1004)
    with Screen(alice, query="screen=office&resume=true") as office:
        office.hears(1004)
