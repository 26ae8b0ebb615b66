"""The account at the registrar: signing in, and whether the server would find us."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import Command, Event, Model
from contracts.identity import Localpart, Password, SipUri
from contracts.instance import ChangeProfile, InstanceProfile


class RegistrationState(StrEnum):
    """RFC 3680 section 4.1."""

    INIT = "init"
    ACTIVE = "active"
    TERMINATED = "terminated"


class RegistrationProblem(StrEnum):
    """Why we are not registered. The page has a sentence for each."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105
    UNKNOWN_USER = "unknown_user"
    UNKNOWN_SERVER = "unknown_server"  # the name does not exist
    DNS_UNAVAILABLE = "dns_unavailable"  # no name server answered
    CONNECTION_REFUSED = "connection_refused"  # the port is closed
    SERVER_UNREACHABLE = "server_unreachable"  # no route, or no answer
    TLS_REFUSED = "tls_refused"  # certificate or handshake
    SERVER_ERROR = "server_error"  # an answer that is none of these; `sip_status` has it


class Registration(Model):
    """Whether the server would find us. Without an account: terminated, and `aor` is null."""

    revision: int
    aor: SipUri | None = None
    state: RegistrationState
    problem: RegistrationProblem | None = None
    detail: str = Field(default="", description="what the server or the library said, in English")
    sip_status: int | None = None
    expires_in_s: int | None = None
    retry_at: AwareDatetime | None = Field(default=None, description="next attempt; null: none")


class SipAccount(Model):
    """What it takes to register."""

    user: Localpart
    password: Password
    profile: InstanceProfile


class AccountHolder(Model):
    """Whose account it is, for those who need no password."""

    user: Localpart
    profile: InstanceProfile


class SignIn(Command):
    """Register with this account; with `remember` also after every start of the stack."""

    account: SipAccount
    remember: bool


class TakePassword(Command):
    """The registrar has another password for this account now."""

    password: Password


class RegistrationChanged(Event):
    """The registration changed."""

    type: Literal["sip.registration.changed"] = "sip.registration.changed"
    registration: Registration


class RegistrationRpc:
    """The part of SipRpc that is about the account."""

    def sign_in(self, request: SignIn) -> Registration:
        """Returns an active registration. Raises SignInFailed within eight seconds."""
        raise NotImplementedError

    def sign_out(self, request: Command) -> None:
        """Unregister and forget the account; running calls end."""
        raise NotImplementedError

    def change_profile(self, request: ChangeProfile) -> None:
        """Register by another profile of the same domain; nothing happens while calls run.

        Raises InvalidRequest if the domain is another one.
        """
        raise NotImplementedError

    def change_password(self, request: TakePassword) -> Registration:
        """Register with another password; if that is refused, with the one before.

        Raises SignedOut, SignInFailed, WrongCallState while calls run.
        """
        raise NotImplementedError

    def get_account_holder(self) -> AccountHolder | None:
        """None while signed out. Each change of it changes the registration, too."""
        raise NotImplementedError

    def get_registration(self) -> Registration:
        raise NotImplementedError
