"""What message-waiting indications say, RFC 3842."""

from contracts.voicemail import Voicemail
from services.sip.message_summary import voicemail_of

HEAD = "NOTIFY sip:alice@192.0.2.1 SIP/2.0\r\nVoice-Message: 9/9\r\n\r\n"


def test_the_example_of_the_rfc():
    body = (
        "Messages-Waiting: yes\r\nMessage-Account: sip:alice@vmail.example.com\r\n"
        "Voice-Message: 2/8 (0/2)\r\n"
    )
    assert voicemail_of(HEAD + body) == Voicemail(is_waiting=True, new_messages=2, old_messages=8)


def test_a_server_that_only_lights_the_lamp():
    assert voicemail_of(HEAD + "Messages-Waiting: YES\r\n") == Voicemail(is_waiting=True)
    assert voicemail_of(HEAD + "messages-waiting:no\n") == Voicemail(is_waiting=False)


def test_a_fax_that_waits_is_no_voice_message():
    body = "Messages-Waiting: yes\r\nFax-Message: 1/0\r\nVoice-Message: 0/3\r\n"
    assert voicemail_of(HEAD + body) == Voicemail(is_waiting=False, new_messages=0, old_messages=3)


def test_what_is_no_message_summary_tells_nothing():
    for body in ("", "<xml/>", "Voice-Message: 1/0", "Messages-Waiting: maybe"):
        assert voicemail_of(HEAD + body) is None
    absurd = "Messages-Waiting: yes\r\nVoice-Message: " + "9" * 5000 + "/0"
    assert voicemail_of(HEAD + absurd) == Voicemail(is_waiting=True)
