"""What the routes work with, made once per process."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from flask import Flask, current_app, request

from bus import retry
from bus.store import connect
from bus.threaded import ThreadedBus
from contracts.audio_sinks import AudioSinkRpc
from contracts.avatars import AvatarChanged
from contracts.base import Event
from contracts.blocking import BlockListChanged
from contracts.chat import ArchiveRead, ChatRpc, ConversationChanged, MessageChanged
from contracts.chat_connection import ChatConnectionChanged
from contracts.conferences import ConferenceRpc
from contracts.directory import ContactChanged, ContactDeleted, DirectoryRpc
from contracts.errors import InvalidRequest
from contracts.gateway import Credentials
from contracts.incoming import IncomingRulesChanged
from contracts.instance import ChangeProfile, InstanceProfile
from contracts.journal import JournalEntryChanged, JournalRpc
from contracts.lamps import LampChanged, LampsRpc
from contracts.missed_calls import MissedCallsChanged
from contracts.presence import OwnPresenceChanged
from contracts.registration import RegistrationChanged
from contracts.rooms import RoomChanged
from contracts.roster import RosterChanged
from contracts.sip import CallChanged, SipRpc
from contracts.sound_check import SoundCheckRpc
from contracts.subscriptions import SubscriptionRequestsChanged
from contracts.teams import TeamChanged, TeamsRpc
from contracts.voicemail import VoicemailChanged
from gateway.absence import Absence
from gateway.accounts import Accounts
from gateway.event_log import EventLog
from gateway.instances import Instances
from gateway.preferences import Preferences
from gateway.settings import GatewaySettings
from gateway.sides import Sides

SIGN_IN_TIMEOUT_S = 12.0
HISTORY_TIMEOUT_S = 15.0
_NAME = "handset"


@dataclass(frozen=True)
class Parts:
    """Clients of the services, and what the gateway itself keeps."""

    settings: GatewaySettings
    bus: ThreadedBus
    sip: SipRpc
    sides: Sides
    lamps: LampsRpc
    conferences: ConferenceRpc
    directory: DirectoryRpc
    journal: JournalRpc
    sound_checks: SoundCheckRpc
    audio_sinks: AudioSinkRpc
    teams: TeamsRpc
    chat: ChatRpc
    chat_history: ChatRpc
    accounts: Accounts
    instances: Instances
    event_log: EventLog
    preferences: Preferences
    absence: Absence

    def refresh_profile(self) -> None:
        """Use the profile as it is now; at the sign-in it may have been another one."""
        account = self.accounts.get()
        if account is None:
            return
        profile = self.instances.published(account.server) or account.profile
        if profile != account.profile:
            self.sip.change_profile(ChangeProfile(profile=profile))
            self.accounts.claim(account.model_copy(update={"profile": profile}))
        self.directory.change_profile(ChangeProfile(profile=profile))
        self.chat.change_profile(ChangeProfile(profile=profile))

    def add_chat(self, credentials: Credentials, user: str, profile: InstanceProfile) -> None:
        """In the background: a stack that was a telephone only may have a chat server by now."""
        run = partial(self.sides.add_chat, credentials, user, profile)
        threading.Thread(target=run, name="sign-in to chat", daemon=True).start()

    def sign_out_of_chat(self) -> None:
        """At once, or as soon as its service is there again."""
        try:
            self.sides.sign_out_of_chat()
        except retry.AWAY:
            _in_background("sign-out of chat", self.sides.sign_out_of_chat)

    def ca_certificate(self) -> str | None:
        """PEM of the instance's own authority."""
        account = self.accounts.get()
        return account.profile.ca_certificate if account else None

    def tell_directory(self, profile: InstanceProfile) -> None:
        """In the background, so that nobody waits at the sign-in because a directory is away."""
        _in_background(
            "people of the profile",
            lambda: self.directory.change_profile(ChangeProfile(profile=profile)),
        )


def attach(app: Flask, settings: GatewaySettings) -> None:
    """Connect to the broker and to Redis."""
    redis = connect(settings.redis_uri)
    event_log = EventLog(redis)
    preferences = Preferences(redis, event_log)
    absence = Absence(preferences)

    def call_changed(event: Event) -> None:
        event_log.append(event)
        absence.note_call(event)

    bus = ThreadedBus(
        settings.amqp_uri,
        "gateway",
        {
            CallChanged: call_changed,
            RegistrationChanged: event_log.append,
            VoicemailChanged: event_log.append,
            IncomingRulesChanged: event_log.append,
            LampChanged: event_log.append,
            ContactChanged: event_log.append,
            ContactDeleted: event_log.append,
            JournalEntryChanged: event_log.append,
            MissedCallsChanged: event_log.append,
            TeamChanged: event_log.append,
            ChatConnectionChanged: event_log.append,
            ConversationChanged: event_log.append,
            MessageChanged: event_log.append,
            ArchiveRead: event_log.append,
            RoomChanged: event_log.append,
            RosterChanged: event_log.append,
            OwnPresenceChanged: event_log.append,
            AvatarChanged: event_log.append,
            BlockListChanged: event_log.append,
            SubscriptionRequestsChanged: event_log.append,
        },
    )
    app.extensions[_NAME] = made = Parts(
        settings=settings,
        bus=bus,
        sip=bus.client("sip", SipRpc),
        sides=Sides(
            bus.client("sip", SipRpc, timeout_s=SIGN_IN_TIMEOUT_S),
            bus.client("chat", ChatRpc, timeout_s=SIGN_IN_TIMEOUT_S),
        ),
        lamps=bus.client("sip", LampsRpc),
        conferences=bus.client("sip", ConferenceRpc),
        audio_sinks=bus.client("sip", AudioSinkRpc),
        sound_checks=bus.client("sip", SoundCheckRpc),
        directory=bus.client("directory", DirectoryRpc),
        journal=bus.client("journal", JournalRpc),
        teams=bus.client("teams", TeamsRpc),
        chat=bus.client("chat", ChatRpc),
        chat_history=bus.client("chat", ChatRpc, timeout_s=HISTORY_TIMEOUT_S),
        accounts=Accounts(redis),
        instances=Instances([Path(each) for each in settings.gateway_instances.split(":")]),
        event_log=event_log,
        preferences=preferences,
        absence=absence,
    )
    absence.start(made.chat, made.sip)
    _in_background("instance profile", made.refresh_profile)


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


def _in_background(what: str, run: Callable[[], None]) -> None:
    """Until it succeeds, as long as what it needs is away."""
    running = partial(retry.until_done, what, run, lambda: True)
    threading.Thread(target=running, name=what, daemon=True).start()
