"""Signing in to both servers with one password: the telephone's and chat's."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog
from pydantic import TypeAdapter, ValidationError

from bus.retry import AWAY
from contracts.base import Command
from contracts.chat import ChatRpc
from contracts.chat_connection import (
    ChangePassword,
    ChatAccount,
    ChatConnection,
    ChatProblem,
    ChatState,
    SignInToChat,
)
from contracts.errors import InvalidRequest, SignedOut, SignInFailed, WrongCallState
from contracts.gateway import (
    ChatCredentials,
    Credentials,
    PasswordDraft,
    Side,
    TelephonePassword,
)
from contracts.identity import Localpart
from contracts.instance import InstanceProfile
from contracts.registration import (
    AccountHolder,
    RegistrationProblem,
    SignIn,
    SipAccount,
    TakePassword,
)
from contracts.sip import SipRpc
from gateway.accounts import StackAccount

log = structlog.get_logger(__name__)

_localpart: TypeAdapter[str] = TypeAdapter(Localpart)


class Sides:
    """The two services that have an account. One that is away keeps nobody from the other."""

    def __init__(self, sip: SipRpc, chat: ChatRpc) -> None:
        """Clients whose deadline leaves time to sign in."""
        self._sip = sip
        self._chat = chat

    def holders(self) -> dict[Side, AccountHolder]:
        """Who is signed in. Raises if the telephone's service does not tell."""
        sip, chat = self._sip.get_account_holder(), None
        with suppress(*AWAY):
            chat = self._chat.get_account_holder()
        found = {Side.SIP: sip, Side.CHAT: chat}
        return {side: holder for side, holder in found.items() if holder is not None}

    def has_refused(self) -> bool:
        """Whether a server does not take the password any more that we have."""
        if self._sip.get_registration().problem is RegistrationProblem.WRONG_PASSWORD:
            return True
        connection = self.chat_connection()
        return connection is not None and connection.problem is ChatProblem.WRONG_PASSWORD

    def chat_connection(self) -> ChatConnection | None:
        """None while the service does not answer."""
        with suppress(*AWAY):
            return self._chat.get_connection()
        return None

    def sign_in(
        self, credentials: Credentials, user: str, profile: InstanceProfile, *, is_first: bool
    ) -> None:
        """On both sides at once. Raises SignInFailed if one refuses; `is_first`: then on none."""
        sip = SipAccount.model_validate(_account(credentials, Side.SIP, user, profile))
        chat = ChatAccount.model_validate(_account(credentials, Side.CHAT, user, profile))
        remember = credentials.remember
        tries: dict[Side, Callable[[], bool]] = {
            Side.SIP: lambda: bool(self._sip.sign_in(SignIn(account=sip, remember=remember))),
            Side.CHAT: lambda: self._sign_in_to_chat(SignInToChat(account=chat, remember=remember)),
        }
        wanted = [side for side in tries if side is not credentials.without]
        with ThreadPoolExecutor(len(wanted)) as pool:
            running = {side: pool.submit(_outcome, tries[side]) for side in wanted}
        outcomes = {side: running[side].result() for side in wanted}
        if any(isinstance(each, SignInFailed) for each in outcomes.values()):
            if is_first:
                self._leave(side for side, each in outcomes.items() if isinstance(each, bool))
            raise _failure(outcomes)

    def add_chat(self, credentials: Credentials, user: str, profile: InstanceProfile) -> None:
        """To a stack whose telephone is signed in already.

        If the server refuses, the connection says so, and the person is asked.
        """
        account = ChatAccount.model_validate(_account(credentials, Side.CHAT, user, profile))
        request = SignInToChat(account=account, remember=credentials.remember, may_be_refused=True)
        self._sign_in_to_chat(request)

    def sign_in_to_chat(self, credentials: ChatCredentials, profile: InstanceProfile) -> None:
        """Beside a telephone that goes on. Raises SignInFailed, InvalidRequest."""
        account = {
            "user": _name_in(credentials.user),
            "password": credentials.password.get_secret_value(),
            "profile": profile,
        }
        self._chat.sign_in(
            SignInToChat(account=ChatAccount.model_validate(account), remember=credentials.remember)
        )

    def change_password(self, draft: PasswordDraft, account: StackAccount) -> TelephonePassword:
        """At the chat server, and for the telephone where the two have one password.

        Raises InvalidRequest, ChatDisconnected, ChatRefused, WrongCallState.
        """
        is_shared = account.profile.password_is_shared and account.without is not Side.SIP
        if is_shared and self._sip.list_calls():
            raise WrongCallState("calls run")
        self._chat.change_password(ChangePassword(current=draft.current, new=draft.new))
        if account.without is Side.SIP:
            return TelephonePassword.ABSENT
        if not is_shared:
            return TelephonePassword.SEPARATE
        try:
            self._sip.change_password(TakePassword(password=draft.new))
        except (SignInFailed, SignedOut, WrongCallState, *AWAY) as error:
            log.warning("telephone keeps its password", reason=error.code)
            return TelephonePassword.REFUSED
        return TelephonePassword.CHANGED

    def sign_out_of_chat(self) -> None:
        self._chat.sign_out(Command())

    def _sign_in_to_chat(self, request: SignInToChat) -> bool:
        """Whether the server let us in; it may as well be away, or not exist."""
        try:
            connection = self._chat.sign_in(request)
        except AWAY as error:
            log.warning("no sign-in to chat", reason=error.code)
            return False
        return connection.state is ChatState.CONNECTED

    def _leave(self, sides: Iterable[Side]) -> None:
        leave = {Side.SIP: self._sip.sign_out, Side.CHAT: self._chat.sign_out}
        for side in sides:
            with suppress(*AWAY):
                leave[side](Command())


def _account(
    credentials: Credentials, side: Side, user: str, profile: InstanceProfile
) -> dict[str, object]:
    """What the side's own form says, else the common one. Raises InvalidRequest."""
    own = credentials.sip if side is Side.SIP else credentials.chat
    name = _name_in(own.user if own else user)
    password = (own or credentials).password.get_secret_value()
    return {"user": name, "password": password, "profile": profile}


def _name_in(user: str) -> str:
    """Without its domain. Raises InvalidRequest."""
    name = user.strip().partition("@")[0]
    try:
        return _localpart.validate_python(name)
    except ValidationError as error:
        raise InvalidRequest("not the name of a user", field="user") from error


def _outcome(sign_in: Callable[[], bool]) -> bool | SignInFailed:
    try:
        return sign_in()
    except SignInFailed as error:
        return error


def _failure(outcomes: dict[Side, bool | SignInFailed]) -> SignInFailed:
    """The first in the order of the sides, with the reasons of all."""
    failures = {side: each for side, each in outcomes.items() if isinstance(each, SignInFailed)}
    first = next(iter(failures.values()))
    fields = {
        **first.fields,
        "sides": {side.value: each.fields["reason"] for side, each in failures.items()},
    }
    accepted = next((side.value for side, each in outcomes.items() if each is True), None)
    if accepted is not None:
        fields["accepted"] = accepted
    return SignInFailed(first.detail, **fields)
