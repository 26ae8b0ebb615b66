"""What the routes work with, made once per process."""

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask, current_app, request

from bus import retry
from bus.store import connect
from bus.threaded import ThreadedBus
from contracts.conferences import ConferenceRpc
from contracts.errors import InvalidRequest
from contracts.journal import JournalEntryChanged, JournalRpc
from contracts.registration import ChangeProfile, RegistrationChanged
from contracts.sip import CallChanged, SipRpc
from gateway.accounts import Accounts
from gateway.event_log import EventLog
from gateway.instances import Instances
from gateway.preferences import Preferences
from gateway.settings import GatewaySettings

SIGN_IN_TIMEOUT_S = 12.0
_NAME = "handset"


@dataclass(frozen=True)
class Parts:
    """Clients of the services, and what the gateway itself keeps."""

    settings: GatewaySettings
    bus: ThreadedBus
    sip: SipRpc
    sip_sign_in: SipRpc
    conferences: ConferenceRpc
    journal: JournalRpc
    accounts: Accounts
    instances: Instances
    event_log: EventLog
    preferences: Preferences

    def refresh_profile(self) -> None:
        """Sign in by the profile as it is now; at the sign-in it may have been another one."""
        account = self.accounts.get()
        profile = self.instances.published(account.server) if account else None
        if account is None or profile is None or profile == account.profile:
            return
        self.sip.change_profile(ChangeProfile(profile=profile))
        self.accounts.claim(account.model_copy(update={"profile": profile}))


def attach(app: Flask, settings: GatewaySettings) -> None:
    """Connect to the broker and to Redis."""
    redis = connect(settings.redis_uri)
    event_log = EventLog(redis)
    bus = ThreadedBus(
        settings.amqp_uri,
        "gateway",
        {
            CallChanged: event_log.append,
            RegistrationChanged: event_log.append,
            JournalEntryChanged: event_log.append,
        },
    )
    app.extensions[_NAME] = made = Parts(
        settings=settings,
        bus=bus,
        sip=bus.client("sip", SipRpc),
        sip_sign_in=bus.client("sip", SipRpc, timeout_s=SIGN_IN_TIMEOUT_S),
        conferences=bus.client("sip", ConferenceRpc),
        journal=bus.client("journal", JournalRpc),
        accounts=Accounts(redis),
        instances=Instances([Path(each) for each in settings.gateway_instances.split(":")]),
        event_log=event_log,
        preferences=Preferences(redis, event_log),
    )
    refreshing = partial(retry.until_done, "instance profile", made.refresh_profile, lambda: True)
    threading.Thread(target=refreshing, name="instance profile", daemon=True).start()


def parts() -> Parts:
    """The parts of the app that serves this request."""
    found: Parts = current_app.extensions[_NAME]
    return found


def cookie_name() -> str:
    """Named after the stack: cookies ignore ports."""
    return f"handset-{parts().settings.stack}"


def require_session() -> None:
    """Raises SignInRequired."""
    parts().accounts.require_session(request.cookies.get(cookie_name()))


def request_id() -> dict[str, str]:
    """The `request_id` of a command from the Idempotency-Key header field, if there is one."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return {}
    if not 8 <= len(key) <= 64 or not key.isascii():
        raise InvalidRequest("Idempotency-Key must have 8 to 64 characters")
    return {"request_id": key}
