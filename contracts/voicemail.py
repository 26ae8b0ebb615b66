"""The person's voicemail box at the server: what its message-waiting indication tells."""

from pydantic import Field

from contracts.base import Model


class Voicemail(Model):
    """Message waiting, RFC 3842. Nothing is known of a server that never says anything."""

    revision: int = 0
    is_waiting: bool | None = Field(default=None, description="the lamp; null: not known")
    new_messages: int | None = Field(default=None, description="null: the server does not count")
    old_messages: int | None = None
