"""The one account of the stack, its login sessions, and the limit on attempts."""

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from redis import Redis, RedisError

from contracts.base import Model
from contracts.errors import AccountTaken, SignInRequired, TooManyAttempts
from contracts.gateway import Side
from contracts.instance import InstanceProfile

SCRYPT: dict[str, Any] = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 2**20}
SESSION_S = 30 * 24 * 3600
ATTEMPTS = 8
ATTEMPT_WINDOW_S = 120


class StackAccount(Model):
    """Whom the stack belongs to. The verifier proves a password without keeping it."""

    user: str
    server: str
    """As it was typed at the first sign-in."""
    profile: InstanceProfile
    without: Side | None = None
    """A side that is not wanted."""
    salt: str
    verifier: str

    @staticmethod
    def create(
        user: str, server: str, profile: InstanceProfile, password: str, without: Side | None
    ) -> "StackAccount":
        salt = secrets.token_hex(16)
        return StackAccount(
            user=user,
            server=server,
            profile=profile,
            without=without,
            salt=salt,
            verifier=_verifier(password, salt),
        )

    def with_password(self, password: str) -> "StackAccount":
        return self.create(self.user, self.server, self.profile, password, self.without)

    def accepts(self, password: str) -> bool:
        return hmac.compare_digest(self.verifier, _verifier(password, self.salt))

    def is_whole(self, sides: Mapping[Side, object]) -> bool:
        """Whether the sides that must be there are: chat may be missing, unless it is all."""
        return bool(sides.get(Side.CHAT if self.without is Side.SIP else Side.SIP))

    def is_of(self, user: str, profile: InstanceProfile) -> bool:
        return self.user.lower() == user.lower() and self.profile.domain == profile.domain


class Accounts:
    """Owns "gateway:account", "gateway:session:{hash}" and "gateway:attempts:{address}"."""

    def __init__(self, redis: "Redis[str]") -> None:
        self._redis = redis
        self.sessions_closed = 0
        self._seen: set[str] = set()
        self._region: str | None = None

    # the account

    def get(self) -> StackAccount | None:
        text = self._redis.get("gateway:account")
        return StackAccount.model_validate_json(text) if text else None

    def region(self) -> str | None:
        """Of the instance, as last known: help can be called while Redis is away."""
        with suppress(RedisError):
            account = self.get()
            self._region = account.profile.region if account else None
        return self._region

    def claim(self, account: StackAccount) -> None:
        """Raises AccountTaken if the stack belongs to somebody else."""
        known = self.get()
        if known is not None and not known.is_of(account.user, account.profile):
            raise AccountTaken
        self._redis.set("gateway:account", account.model_dump_json())

    # login sessions

    def open_session(self) -> str:
        """The token for the cookie; only its hash is kept."""
        token = secrets.token_urlsafe(32)
        self._redis.set(_session_key(token), "1", ex=SESSION_S)
        return token

    def require_session(self, token: str | None) -> None:
        """Raises SignInRequired."""
        if not token:
            raise SignInRequired
        key = _session_key(token)
        try:
            is_open = bool(self._redis.exists(key))
        except RedisError:
            if key in self._seen:  # so that a call can be ended while Redis is away
                return
            raise
        if not is_open:
            self._seen.discard(key)
            raise SignInRequired
        self._seen.add(key)

    def close_sessions(self) -> None:
        """End all of them; an open audio socket notices by `sessions_closed`."""
        self.sessions_closed += 1
        self._seen.clear()
        for key in self._redis.scan_iter("gateway:session:*"):
            self._redis.delete(key)

    # attempts

    def count_attempt(self, address: str) -> None:
        """Before it is made, so that many at once are no more than one after another.

        Raises TooManyAttempts.
        """
        key = _attempts_key(address)
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.incr(key)
            pipeline.expire(key, ATTEMPT_WINDOW_S, nx=True)
            attempts, _is_new = pipeline.execute()
        if attempts > ATTEMPTS:
            raise TooManyAttempts(retry_in_s=max(self._redis.ttl(key), 1))

    def forget_attempts(self, address: str) -> None:
        self._redis.delete(_attempts_key(address))


def _verifier(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), **SCRYPT).hex()


def _session_key(token: str) -> str:
    return f"gateway:session:{hashlib.sha256(token.encode()).hexdigest()}"


def _attempts_key(address: str) -> str:
    """A program on this machine can come from any address of 127/8: they are one."""
    is_local = ipaddress.ip_address(address).is_loopback
    return f"gateway:attempts:{'loopback' if is_local else address}"
