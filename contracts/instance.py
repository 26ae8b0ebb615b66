"""The instance profile: what the name of a server does not tell.

One TOML file per instance (`deploy/instances/<name>.toml`), or the same as JSON at
`https://<server>/.well-known/handset.json`. A profile never holds secrets.
"""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from contracts.base import Command, Model
from contracts.feature_codes import FeatureCodes
from contracts.identity import BareJid, Host, PhoneNumber
from contracts.team_profile import TeamsProfile


class SipTransport(StrEnum):
    """Transports of RFC 3261 section 18; TLS always verifies the server's certificate."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class SrtpUse(StrEnum):
    """Whether the sound of calls is encrypted (RFC 3711), and where the keys come from."""

    OFF = "off"
    OPTIONAL = "optional"  # SDES offered where TLS carries it (RFC 8643), either keying accepted
    SDES = "sdes"  # RFC 4568, or there is no call
    DTLS = "dtls"  # RFC 5764, or there is no call


class SipServer(Model):
    """Where the registrar is reached. Empty: NAPTR, SRV and A records tell (RFC 3263)."""

    host: Host | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    transport: SipTransport | None = None
    srtp: SrtpUse = SrtpUse.OPTIONAL
    expires_in_s: int = Field(
        default=300, ge=30, le=7200, description="asked for in REGISTER, RFC 3261 section 10.2"
    )
    refresh_s: int = Field(
        default=60, ge=10, le=7200, description="register anew this often, or sooner if it expires"
    )
    udp_keepalive_s: int = Field(
        default=15, ge=5, le=300, description="must be below the NAT's timeout for UDP"
    )


class XmppServer(Model):
    """Where the chat server is reached. Empty: SRV records tell (RFC 6120, XEP-0368).

    Whichever way, the stream is encrypted and the certificate verified for the domain.
    """

    host: Host | None = None
    port: int | None = Field(default=None, ge=1, le=65535)
    is_direct_tls: bool = Field(
        default=False, description="TLS from the first byte (XEP-0368), else STARTTLS"
    )
    is_absent: bool = Field(default=False, description="there is none: DNS is not asked")


class Person(Model):
    """Somebody whom everybody at the instance has in the contact list."""

    name: str = Field(min_length=1, max_length=256)
    jid: BareJid | None = None
    numbers: tuple[PhoneNumber, ...] = Field(
        default=(), max_length=16, description="the first is what is dialled"
    )

    @model_validator(mode="after")
    def _is_reachable(self) -> Self:
        if self.jid is None and not self.numbers:
            raise ValueError(f"{self.name} has neither a JID nor a number")
        return self


class Parking(Model):
    """Where the PBX keeps calls for anybody to go on with."""

    number: PhoneNumber = Field(description="calls that are transferred to it are parked")
    first_slot: int = Field(ge=1, description="slots are numbers, too: calling one retrieves")
    slots: int = Field(default=20, ge=1, le=50)

    @property
    def slot_numbers(self) -> list[PhoneNumber]:
        return [str(self.first_slot + index) for index in range(self.slots)]


class InstanceProfile(Model):
    """What the admin of an instance tells Handset about it."""

    name: str = Field(min_length=1, max_length=64)
    domain: Host = Field(description="domain part of every address-of-record")
    sip: SipServer = SipServer()
    xmpp: XmppServer = XmppServer()
    password_is_shared: bool = Field(
        default=False, description="changed in chat, it is changed for the telephone as well"
    )
    ca_certificate: str | None = Field(
        default=None, description="PEM of the instance's own certificate authority"
    )
    region: str | None = Field(
        default=None, pattern="^[A-Z]{2}$", description="ISO 3166 region that numbers are read in"
    )
    voicemail_number: PhoneNumber | None = None
    pick_up_prefix: PhoneNumber | None = Field(
        default=None, description="dialled before a number, it takes over what rings there"
    )
    parking: Parking | None = None
    feature_codes: FeatureCodes = FeatureCodes()
    teams: TeamsProfile = TeamsProfile()
    people: tuple[Person, ...] = Field(default=(), max_length=5000)

    def person_of(self, user: str) -> Person | None:
        """Who that user is."""
        jid = f"{user}@{self.domain}".lower()
        return next((each for each in self.people if each.jid == jid), None)

    def team_lamps(self, user: str) -> dict[str, PhoneNumber]:
        """By queue, the number whose lamp tells whether that user is logged in; none with AMI."""
        person = self.person_of(user)
        if person is None or not person.numbers or self.teams.ami is not None:
            return {}
        own = next((each for each in person.numbers if each[0] != "+"), person.numbers[0])
        return {
            each.queue: each.state_number.replace("{number}", own)
            for each in self.teams.queues
            if each.state_number and user in each.flexible_members
        }


class ChangeProfile(Command):
    """The instance has another profile than was known."""

    profile: InstanceProfile
