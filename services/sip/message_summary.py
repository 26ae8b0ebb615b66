"""Bodies of message-waiting indications, RFC 3842 section 5.2."""

import re

from contracts.voicemail import Voicemail

_LAMP = re.compile(r"^messages-waiting[ \t]*:[ \t]*(?P<waiting>yes|no)\b", re.I | re.M)
_VOICE = re.compile(r"^voice-message[ \t]*:[ \t]*(?P<new>\d{1,9})/(?P<old>\d{1,9})", re.I | re.M)


def voicemail_of(message: str) -> Voicemail | None:
    """What a NOTIFY tells of voice messages; None if its body is something else.

    The lamp may be lit for faxes or mail: where voice messages are counted, their count rules.
    """
    body = message.partition("\r\n\r\n")[2].replace("\r\n", "\n")
    lamp, voice = _LAMP.search(body), _VOICE.search(body)
    if lamp is None:
        return None
    if voice is None:
        return Voicemail(is_waiting=lamp["waiting"].lower() == "yes")
    new_messages = int(voice["new"])
    return Voicemail(
        is_waiting=new_messages > 0, new_messages=new_messages, old_messages=int(voice["old"])
    )
