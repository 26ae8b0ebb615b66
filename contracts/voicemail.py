"""The person's voicemail box at the server: what its message-waiting indication tells."""

from typing import Literal

from pydantic import Field

from contracts.base import Event, Model


class Voicemail(Model):
    """Message waiting, RFC 3842. Of a server that never says anything nothing is known."""

    revision: int = 0
    is_waiting: bool | None = Field(default=None, description="the lamp; null: not known")
    new_messages: int | None = Field(default=None, description="null: the server does not count")
    old_messages: int | None = None


class VoicemailChanged(Event):
    """A message came, was heard or was deleted."""

    type: Literal["sip.voicemail.changed"] = "sip.voicemail.changed"
    voicemail: Voicemail


class VoicemailRpc:
    """The part of SipRpc that is about voicemail."""

    def get_voicemail(self) -> Voicemail:
        """As the server has last told, also before a restart of the stack."""
        raise NotImplementedError
