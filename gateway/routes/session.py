"""Signing in and out."""

import threading
from datetime import UTC, datetime

from flask import Response, request

from contracts.base import Command
from contracts.errors import (
    AccountTaken,
    InvalidRequest,
    SignInFailed,
    SignInRequired,
    TooManyAttempts,
)
from contracts.gateway import Credentials, Session
from contracts.instance import InstanceProfile
from contracts.registration import RegistrationProblem, RegistrationState, SignIn, SipAccount
from gateway.accounts import SESSION_S, StackAccount
from gateway.api import Api
from gateway.parts import Parts, cookie_name, parts

api = Api("session")

WAIT_S = 10.0
_one_at_a_time = threading.Lock()


@api.operation(
    "POST",
    "/api/v1/session",
    errors=(SignInFailed, AccountTaken, TooManyAttempts, InvalidRequest),
    is_public=True,
)
def sign_in(body: Credentials) -> Response:
    """Sign in; the first to do so owns the stack.

    A stack that is signed in already only compares the password. Sets the session cookie. If the
    server refuses or is not reached, the problem's `reason` says why, within ten seconds.
    """
    address = request.remote_addr or ""
    accounts = parts().accounts
    accounts.count_attempt(address)
    if not _one_at_a_time.acquire(timeout=WAIT_S):
        raise TooManyAttempts(retry_in_s=int(WAIT_S))
    try:
        account = _authenticate(parts(), body)
    finally:
        _one_at_a_time.release()
    accounts.forget_attempts(address)
    response = Response(_session(account).model_dump_json(), mimetype="application/json")
    response.set_cookie(
        cookie_name(),
        accounts.open_session(),
        max_age=SESSION_S if body.remember else None,
        httponly=True,
        samesite="Strict",
        secure=request.is_secure,
    )
    return response


@api.operation("GET", "/api/v1/session", errors=(SignInRequired,))
def get_session() -> Session:
    """Who is signed in, and how each side is connected."""
    account = parts().accounts.get()
    if account is None:
        raise SignInRequired
    return _session(account)


@api.operation("DELETE", "/api/v1/session", status=204, errors=(SignInRequired,))
def sign_out() -> Response:
    """Sign out everywhere: unregister, end calls, forget the password. Data stays."""
    parts().accounts.close_sessions()
    parts().event_log.end_all()
    parts().sip.sign_out(Command())
    response = Response(status=204)
    response.delete_cookie(cookie_name(), samesite="Strict", httponly=True)
    return response


def _authenticate(parts: Parts, credentials: Credentials) -> StackAccount:
    user, _at, instance = credentials.user.strip().partition("@")
    server = credentials.server.strip()
    account = parts.accounts.get()
    # strangers at the door of an owned stack must not choose which servers it asks
    may_fetch = account is None or account.server == server
    profile = parts.instances.find(server, instance or None, may_fetch=may_fetch)
    if account is not None and not account.is_of(user, profile):
        raise AccountTaken
    password = credentials.password.get_secret_value()
    registration = parts.sip.get_registration()
    is_signed_in = registration.aor is not None
    if account is not None and account.accepts(password) and is_signed_in:
        return account
    if account is None and is_signed_in and registration.aor != f"sip:{user}@{profile.domain}":
        raise AccountTaken
    is_let_in = registration.problem is not RegistrationProblem.WRONG_PASSWORD
    if account is not None and is_signed_in and is_let_in:
        # the server lets the stack in with another password: it would refuse this one
        raise SignInFailed(side="sip", reason=RegistrationProblem.WRONG_PASSWORD)
    sip_account = _sip_account(user, password, profile)
    parts.sip_sign_in.sign_in(SignIn(account=sip_account, remember=credentials.remember))
    account = StackAccount.create(user, server, profile, password)
    parts.accounts.claim(account)
    parts.tell_directory(profile)
    return account


def _sip_account(user: str, password: str, profile: InstanceProfile) -> SipAccount:
    try:
        return SipAccount.model_validate({"user": user, "password": password, "profile": profile})
    except ValueError as error:
        raise InvalidRequest("not the name of a user", field="user") from error


def _session(account: StackAccount) -> Session:
    event_id = parts().event_log.last_id()
    registration = parts().sip.get_registration()
    if registration.aor is None and registration.state is RegistrationState.TERMINATED:
        raise SignInRequired
    return Session(
        stack=parts().settings.stack,
        user=account.user,
        server=account.server,
        sip=registration,
        chat=None,
        voicemail_number=account.profile.voicemail_number,
        can_pick_up=account.profile.pick_up_prefix is not None,
        park_number=account.profile.parking.number if account.profile.parking else None,
        now=datetime.now(UTC),
        event_id=event_id,
    )
