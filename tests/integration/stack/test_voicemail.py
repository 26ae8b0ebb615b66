"""The voicemail box: its lamp, and the call that plays it."""

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from tests.peers import mailbox
from tests.peers.ear import eventually
from tests.peers.face import Face, Json, Screen

TONE_HZ = 700
LEAVE = "leave"
NUMBER = "101"
BOX = f"{NUMBER}@default"


@pytest.fixture
def message(practice: PracticeServer, alice: Face) -> None:
    """Somebody has spoken to Alice's box for two seconds; nothing else is in it."""
    mailbox.is_emptied(practice, NUMBER)
    asterisk_says(practice, f"dialplan add extension {LEAVE},1,VoiceMail,{BOX},s into internal")
    with Screen(alice, tone_hz=TONE_HZ):
        call = alice.dial(LEAVE)
        alice.waits_for(call, state="confirmed")
        lasts = f"VoiceMail    {BOX},s"
        eventually(lambda: "00:00:03" in _line(practice, lasts), within_s=10)
        alice.command(call, "hang-up")
    eventually(lambda: mailbox.new_messages(practice, NUMBER) == 1, what="a message that is kept")


def test_a_message_lights_the_lamp_and_deleting_it_puts_it_out(alice: Face, message: None):
    waiting = eventually(lambda: (found := voicemail(alice))["new_messages"] == 1 and found)
    assert waiting["is_waiting"]
    number = alice.request("GET", "/api/v1/session").json()["voicemail_number"]

    with Screen(alice) as screen:
        call = alice.dial(number)
        alice.waits_for(call, state="confirmed")
        screen.listen_anew()  # what went before was the end tone of another call
        screen.hears_sound()
        alice.command(call, "dtmf", {"digits": "1"})
        screen.hears(TONE_HZ, within_s=20)
        alice.command(call, "dtmf", {"digits": "7"})
        screen.hears_sound()
        alice.command(call, "hang-up")

    heard = eventually(lambda: (found := voicemail(alice))["is_waiting"] is False and found)
    assert heard["new_messages"] == 0
    assert heard["revision"] > waiting["revision"]


def voicemail(face: Face) -> Json:
    return face.request("GET", "/api/v1/voicemail").json()


def _line(practice: PracticeServer, wanted: str) -> str:
    """What the server shows of the channel that is in this application."""
    lines = asterisk_says(practice, "core show channels verbose").splitlines()
    return next((line for line in lines if wanted in line), "")
