"""All events, for the stream that faces listen to."""

from typing import Annotated

from pydantic import Field, TypeAdapter

from contracts.avatars import AvatarChanged
from contracts.blocking import BlockListChanged
from contracts.chat import ArchiveRead, ConversationChanged, MessageChanged
from contracts.chat_connection import ChatConnectionChanged
from contracts.directory import ContactChanged, ContactDeleted
from contracts.gateway import SettingsChanged
from contracts.incoming import IncomingRulesChanged
from contracts.journal import JournalEntryChanged
from contracts.lamps import LampChanged
from contracts.missed_calls import MissedCallsChanged
from contracts.presence import OwnPresenceChanged
from contracts.registration import RegistrationChanged
from contracts.rooms import RoomChanged
from contracts.roster import RosterChanged
from contracts.sip import CallChanged
from contracts.subscriptions import SubscriptionRequestsChanged
from contracts.teams import TeamChanged
from contracts.voicemail import VoicemailChanged

AnyEvent = Annotated[
    CallChanged
    | RegistrationChanged
    | VoicemailChanged
    | IncomingRulesChanged
    | LampChanged
    | ContactChanged
    | ContactDeleted
    | JournalEntryChanged
    | MissedCallsChanged
    | SettingsChanged
    | TeamChanged
    | ChatConnectionChanged
    | ConversationChanged
    | MessageChanged
    | ArchiveRead
    | RoomChanged
    | RosterChanged
    | OwnPresenceChanged
    | AvatarChanged
    | BlockListChanged
    | SubscriptionRequestsChanged,
    Field(discriminator="type"),
]
any_event: TypeAdapter[AnyEvent] = TypeAdapter(AnyEvent)
