"""The part of the instance profile that is about teams: queues, and who tells of them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.base import Model
from contracts.identity import Host, Localpart, PhoneNumber

PauseReason = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]{1,80}$")
]
"""One line, as shown to the person and to whoever looks at the queue."""


class AmiTransport(StrEnum):
    """How Asterisk's manager interface is reached; TLS always verifies its certificate."""

    TLS = "tls"
    TCP = "tcp"


class AmiServer(Model):
    """Asterisk's manager interface. The secret of its user is the file `ami-secret` of the stack.

    The user needs the class `agent` to read and to write, and should have no other.
    """

    host: Host | None = Field(default=None, description="as for SIP, unless given")
    port: int = Field(default=5039, ge=1, le=65535)
    transport: AmiTransport = AmiTransport.TLS
    user: str = Field(default="handset", pattern=r"^[A-Za-z0-9_.\-]{1,64}$")


class QueueProfile(Model):
    """A queue of the PBX: a team. Whom the PBX itself lists in it is a fixed member."""

    queue: str = Field(pattern=r"^[A-Za-z0-9_.\-]{1,64}$", description="its name at the PBX")
    name: str = Field(min_length=1, max_length=64, description="as people know it")
    number: PhoneNumber | None = None
    flexible_members: tuple[Localpart, ...] = Field(
        default=(), max_length=1000, description="users who may log in and out"
    )
    log_in_code: PhoneNumber | None = Field(
        default=None, description="dialled to log in, where there is no AMI"
    )
    log_out_code: PhoneNumber | None = None
    state_number: str | None = Field(
        default=None,
        pattern=r"^[0-9*#]{0,24}(\{number\})?[0-9*#]{0,24}$",
        description="its lamp is lit while somebody is logged in, where there is no AMI",
        examples=["*45620*{number}"],
    )


class TeamsProfile(Model):
    """The teams of an instance, and how the PBX tells about them."""

    ami: AmiServer | None = None
    interface: str = Field(
        default="PJSIP/{user}",
        pattern=r"^[A-Za-z0-9_.\-/@]*\{user\}[A-Za-z0-9_.\-/@]*$",
        description="how the PBX calls the phone of a user in a queue",
    )
    pause_reasons: tuple[PauseReason, ...] = Field(default=(), max_length=20)
    queues: tuple[QueueProfile, ...] = Field(default=(), max_length=100)
