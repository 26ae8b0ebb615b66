"""The password, and signing in to chat with another one."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request

from contracts.errors import (
    ChatDisconnected,
    ChatRefused,
    InvalidRequest,
    SignedOut,
    SignInFailed,
    SignInRequired,
    TooManyAttempts,
    WrongCallState,
)
from contracts.gateway import (
    ChatCredentials,
    PasswordChange,
    PasswordDraft,
    Session,
    TelephonePassword,
)
from gateway.accounts import StackAccount
from gateway.api import Api
from gateway.parts import parts
from gateway.routes.session import get_session

api = Api("session")


@api.operation(
    "POST", "/api/v1/session/chat", errors=(SignInFailed, TooManyAttempts, InvalidRequest)
)
def sign_in_to_chat(body: ChatCredentials) -> Session:
    """Sign in to chat alone: its server has refused the password, or has another user.

    The telephone goes on meanwhile. What one signs in to the stack with stays the same.
    """
    account = _account()
    with _attempt():
        parts().sides.sign_in_to_chat(body, account.profile)
    return get_session()


@api.operation(
    "POST",
    "/api/v1/profile/password",
    errors=(
        InvalidRequest,
        TooManyAttempts,
        SignedOut,
        ChatDisconnected,
        ChatRefused,
        WrongCallState,
    ),
)
def change_password(body: PasswordDraft) -> PasswordChange:
    """Change the password at the chat server, and for the telephone if the two have one.

    Then the stack is signed in to with the new one, too; also if there is no telephone.
    """
    account = _account()
    with _attempt():
        telephone = parts().sides.change_password(body, account)
    if telephone in (TelephonePassword.CHANGED, TelephonePassword.ABSENT):
        parts().accounts.claim(account.with_password(body.new.get_secret_value()))
    return PasswordChange(telephone=telephone)


def _account() -> StackAccount:
    """Raises SignInRequired."""
    account = parts().accounts.get()
    if account is None:
        raise SignInRequired
    return account


@contextmanager
def _attempt() -> Iterator[None]:
    """Whoever found an open page cannot guess passwords on it. Raises TooManyAttempts."""
    address = request.remote_addr or ""
    parts().accounts.count_attempt(address)
    yield
    parts().accounts.forget_attempts(address)
