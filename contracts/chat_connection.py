"""The account at the XMPP server: signing in, and whether its stream is open."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import Command, Event, Model
from contracts.identity import BareJid, Localpart, Password
from contracts.instance import ChangeProfile, InstanceProfile
from contracts.registration import AccountHolder


class ChatState(StrEnum):
    """How the stream to the server is."""

    ABSENT = "absent"  # this account has no chat: the server offers none, or nobody is signed in
    CONNECTING = "connecting"
    CONNECTED = "connected"
    DISCONNECTED = "disconnected"  # `problem` says why, `retry_at` what happens next


class ChatProblem(StrEnum):
    """Why the stream is not open. The page has a sentence for each."""

    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - or no such user: servers do not tell (SASL)
    UNKNOWN_SERVER = "unknown_server"  # the name does not exist, or is not served there
    DNS_UNAVAILABLE = "dns_unavailable"  # no name server answered
    CONNECTION_REFUSED = "connection_refused"  # the port is closed
    SERVER_UNREACHABLE = "server_unreachable"  # no route, or no answer
    TLS_REFUSED = "tls_refused"  # certificate or handshake, or the server cannot encrypt
    SERVER_ERROR = "server_error"  # a stream error that is none of these; `detail` has it


class ChatConnection(Model):
    """Whether messages can come and go."""

    revision: int = 0
    jid: BareJid | None = Field(default=None, description="ours; null: absent")
    state: ChatState = ChatState.ABSENT
    problem: ChatProblem | None = None
    detail: str = Field(default="", description="what the server or the library said, in English")
    retry_at: AwareDatetime | None = Field(default=None, description="next attempt; null: none")


class ChatAccount(Model):
    """What it takes to open a stream."""

    user: Localpart
    password: Password
    profile: InstanceProfile


class SignInToChat(Command):
    """Connect with this account; with `remember` also after every start of the stack."""

    account: ChatAccount
    remember: bool
    may_be_refused: bool = Field(
        default=False, description="keep it then all the same: the connection says why"
    )


class ChangePassword(Command):
    """Another password at the chat server."""

    current: Password
    new: Password


class ChatConnectionChanged(Event):
    """The stream opened, closed, or will be tried again."""

    type: Literal["chat.connection.changed"] = "chat.connection.changed"
    connection: ChatConnection


class ChatConnectionRpc:
    """The part of ChatRpc that is about the account."""

    def sign_in(self, request: SignInToChat) -> ChatConnection:
        """Connected; absent if the domain has no XMPP server; disconnected if it is away for now.

        Raises SignInFailed within eight seconds if the server refuses the password, unless it may.
        """
        raise NotImplementedError

    def sign_out(self, request: Command) -> None:
        """Close the stream and forget the account; conversations stay."""
        raise NotImplementedError

    def get_account_holder(self) -> AccountHolder | None:
        """None while signed out, or without chat."""
        raise NotImplementedError

    def change_profile(self, request: ChangeProfile) -> None:
        """Connect by another profile of the same domain, if how to connect changed."""
        raise NotImplementedError

    def get_connection(self) -> ChatConnection:
        raise NotImplementedError

    def change_password(self, request: ChangePassword) -> None:
        """At the server (XEP-0077), and here.

        Raises InvalidRequest if `current` is not the password, ChatDisconnected, ChatRefused.
        """
        raise NotImplementedError
