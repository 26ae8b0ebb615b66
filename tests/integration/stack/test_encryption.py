"""Calls that come in encrypted, in either way."""

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from tests.peers.encrypting import DTLS, SDES, encrypting
from tests.peers.face import Face, Screen

TONE_HZ = 700


@pytest.mark.parametrize(("server_does", "media"), [(SDES, "sdes"), (DTLS, "dtls")])
def test_an_encrypted_call_that_comes_in_is_taken_so(
    alice: Face, practice: PracticeServer, server_does: str, media: str
):
    encrypted = {"signalling": "tls", "media": media}
    with encrypting(practice, server_does), Screen(alice, tone_hz=TONE_HZ) as screen:
        asterisk_says(practice, "channel originate Local/101@internal application Echo")
        call = alice.is_called()
        alice.command(call, "answer")
        alice.waits_for(call, state="confirmed", encryption=encrypted)
        screen.hears(TONE_HZ)
        alice.command(call, "hang-up")
        assert alice.journal_entry(call, result="answered")["encryption"] == encrypted
