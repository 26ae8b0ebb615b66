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
from contracts.gateway import Credentials, Session, Side
from contracts.instance import InstanceProfile
from contracts.registration import AccountHolder, RegistrationProblem, RegistrationState
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
    """Sign in to the telephone and to chat; the first to do so owns the stack.

    A stack that is signed in already only compares the password. Sets the session cookie. If a
    server refuses, or that of the telephone is not reached, the problem's `side` and `reason` say
    so within ten seconds; `sides` has the reason of each. A chat server that is away is tried again
    later, and where there is none there is no chat.
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
    session = _session(account)
    has_sip = session.sip.aor is not None or session.sip.state is not RegistrationState.TERMINATED
    has_chat = session.chat is None or session.chat.jid is not None
    seems_whole = account.is_whole({Side.SIP: has_sip, Side.CHAT: has_chat})
    # between two registrations of one account there is none; who is signed in is known all the same
    if not seems_whole and not account.is_whole(parts().sides.holders()):
        raise SignInRequired
    return session


@api.operation("DELETE", "/api/v1/session", status=204, errors=(SignInRequired,))
def sign_out() -> Response:
    """Sign out everywhere: unregister, end calls, leave chat, forget the password. Data stays."""
    parts().accounts.close_sessions()
    parts().event_log.end_all()
    parts().sign_out_of_chat()
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
    holders = parts.sides.holders()
    is_signed_in = account is not None and account.is_whole(holders)
    if account is not None and is_signed_in and account.accepts(password):
        if Side.CHAT not in holders and account.without is not Side.CHAT:
            parts.add_chat(credentials, user, profile)
        return account
    if account is None and not all(_is_holder(each, user, profile) for each in holders.values()):
        raise AccountTaken
    if is_signed_in and not parts.sides.has_refused():
        # the server lets the stack in with another password: it would refuse this one
        raise SignInFailed(side=Side.SIP, reason=RegistrationProblem.WRONG_PASSWORD)
    parts.sides.sign_in(credentials, user, profile, is_first=account is None)
    account = StackAccount.create(user, server, profile, password, credentials.without)
    parts.accounts.claim(account)
    parts.tell_directory(profile)
    return account


def _is_holder(holder: AccountHolder, user: str, profile: InstanceProfile) -> bool:
    return holder.user.lower() == user.lower() and holder.profile.domain == profile.domain


def _session(account: StackAccount) -> Session:
    """As its services tell it, which is some milliseconds after somebody has signed in."""
    event_id = parts().event_log.last_id()
    registration = parts().sip.get_registration()
    connection = parts().sides.chat_connection()
    return Session(
        stack=parts().settings.stack,
        user=account.user,
        server=account.server,
        sip=registration,
        chat=connection,
        voicemail_number=account.profile.voicemail_number,
        can_pick_up=account.profile.pick_up_prefix is not None,
        park_number=account.profile.parking.number if account.profile.parking else None,
        now=datetime.now(UTC),
        event_id=event_id,
    )
