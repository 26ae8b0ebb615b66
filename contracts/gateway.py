"""What the gateway itself owns: the login session and the person's settings."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field, SecretStr

from contracts.avatars import Avatar
from contracts.base import Event, Model
from contracts.chat import MOST_REACTIONS, Body, Conversation, Emoji, Message
from contracts.chat_connection import ChatConnection
from contracts.directory import Contact
from contracts.identity import BareJid
from contracts.journal import JournalEntry
from contracts.lamps import Lamp
from contracts.phones import LONGEST_TARGET
from contracts.presence import Show, StatusText
from contracts.recordings import DEFAULT_RECORDING_DAYS, MAX_RECORDING_DAYS
from contracts.registration import Registration
from contracts.rooms import MOST_MEMBERS, Room, RoomName, Topic
from contracts.roster import RosterItem
from contracts.sip import MAX_TARGET_LENGTH, AudioSink, Call, OtherCalls, RejectScope
from contracts.team_profile import PauseReason
from contracts.teams import Team

LONGEST_AWAY_AFTER_S = 24 * 3600


class Side(StrEnum):
    """What a person signs in to."""

    SIP = "sip"
    CHAT = "chat"


class SideCredentials(Model):
    """For a side whose server did not take the others."""

    user: str = Field(min_length=1, max_length=320)
    password: SecretStr = Field(min_length=1, max_length=1024)


class Credentials(Model):
    """The sign-in form. `user` may be "name@instance"; `server` is a domain, address or profile.

    They are tried on both sides. A side that refuses them gets others in a second attempt, or is
    left out.
    """

    user: str = Field(min_length=1, max_length=320)
    password: SecretStr = Field(min_length=1, max_length=1024)
    server: str = Field(min_length=1, max_length=253)
    remember: bool = False
    sip: SideCredentials | None = None
    chat: SideCredentials | None = None
    without: Side | None = Field(default=None, description="a side that is not wanted")


class ChatCredentials(SideCredentials):
    """For chat alone, beside a telephone that goes on."""

    remember: bool = True


class PasswordDraft(Model):
    """The password at the chat server, and the one that it shall be."""

    current: SecretStr = Field(min_length=1, max_length=1024)
    new: SecretStr = Field(min_length=1, max_length=1024)


class TelephonePassword(StrEnum):
    """What the telephone makes of a password that was changed in chat."""

    SEPARATE = "separate"  # it has its own, and keeps it
    CHANGED = "changed"  # it is registered with the new one
    REFUSED = "refused"  # its server does not take the new one yet: it keeps the old one
    ABSENT = "absent"  # there is no telephone


class PasswordChange(Model):
    """The chat server has the new password."""

    telephone: TelephonePassword


class Session(Model):
    """Who is signed in, and how each side is connected."""

    stack: str
    user: str
    server: str
    sip: Registration
    """Without an `aor`: there is no telephone, only chat."""
    chat: ChatConnection | None
    """Null while the chat service does not answer."""
    voicemail_number: str | None
    can_pick_up: bool
    """Whether a call that rings at a colleague's can be taken over."""
    park_number: str | None
    """Calls that are handed over to it are parked."""
    now: AwareDatetime
    """The stack's clock. A face counts durations by it, since its own may be wrong."""
    event_id: str
    """Every event up to this one is already contained in this answer."""


class ColourScheme(StrEnum):
    """Light, dark, or what the system says."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Language(StrEnum):
    """Languages of the page; SYSTEM follows the browser."""

    SYSTEM = "system"
    DE = "de"
    EN = "en"


class StatusTexts(Model):
    """What is said along with each presence that a person chooses; empty: nothing."""

    available: StatusText = ""
    away: StatusText = ""
    dnd: StatusText = ""


class Settings(Model):
    """The person's settings; the same on every screen."""

    revision: int = 0
    language: Language = Language.SYSTEM
    colour_scheme: ColourScheme = ColourScheme.SYSTEM
    audio_sink: AudioSink = Field(
        default=AudioSink.BROWSER, description="where calls are heard from their beginning"
    )
    recording_days: int = Field(
        default=DEFAULT_RECORDING_DAYS, description="how long recordings are kept; 0: for ever"
    )
    offers_pick_up: bool = Field(
        default=True, description="whether pages offer calls that ring at colleagues'"
    )
    status_texts: StatusTexts = StatusTexts()
    away_after_s: int = Field(
        default=0, description="without input on any screen; 0: never away by oneself"
    )


class SettingsPatch(Model):
    """Only what is to change."""

    language: Language | None = None
    colour_scheme: ColourScheme | None = None
    audio_sink: AudioSink | None = None
    recording_days: int | None = Field(default=None, ge=0, le=MAX_RECORDING_DAYS)
    offers_pick_up: bool | None = None
    status_texts: StatusTexts | None = None
    away_after_s: int | None = Field(default=None, ge=0, le=LONGEST_AWAY_AFTER_S)


class SettingsChanged(Event):
    """The settings changed."""

    type: Literal["gateway.settings.changed"] = "gateway.settings.changed"
    settings: Settings


class CallList(Model):
    """The calls that have not ended, oldest first."""

    items: list[Call]
    event_id: str


class LampList(Model):
    """All lamps, in no order."""

    items: list[Lamp]
    event_id: str


class JournalList(Model):
    """Entries, newest first; `next` is the cursor of the following page, null at the end."""

    items: list[JournalEntry]
    next: str | None
    event_id: str


class JournalSeen(Model):
    """The newest entry that was there when somebody looked."""

    entry_id: str = Field(max_length=64)


class ContactList(Model):
    """All contacts, in no order."""

    items: list[Contact]
    event_id: str


class ConversationList(Model):
    """All conversations, in no order."""

    items: list[Conversation]
    event_id: str


class MessageList(Model):
    """Consecutive messages, oldest first."""

    items: list[Message]
    older: str | None
    """Ask with `before` for the page before this one; null: the conversation begins here."""
    event_id: str


class RosterList(Model):
    """The whole roster, in no order."""

    items: list[RosterItem]
    event_id: str


class RoomList(Model):
    """All rooms that the person is or was in, in no order."""

    items: list[Room]
    event_id: str


class RoomDraft(Model):
    """A room to begin."""

    name: RoomName
    members: tuple[BareJid, ...] = Field(default=(), max_length=MOST_MEMBERS)


class RoomPatch(Model):
    """Only what is to change."""

    name: RoomName | None = None
    topic: Topic | None = None


class MembersDraft(Model):
    """Whom to add."""

    members: tuple[BareJid, ...] = Field(min_length=1, max_length=MOST_MEMBERS)


class AvatarList(Model):
    """Who has which picture, in no order."""

    items: list[Avatar]
    event_id: str


class MessageDraft(Model):
    """What to send."""

    body: Body
    in_reply_to: str | None = Field(default=None, max_length=512, description="`message_id`")


class MessagePatch(Model):
    """The text that replaces what was sent."""

    body: Body


class ReactionDraft(Model):
    """All our reactions to a message."""

    emoji: tuple[Emoji, ...] = Field(max_length=MOST_REACTIONS)


class ReadUpTo(Model):
    """The newest message that was seen."""

    message_id: str = Field(min_length=1, max_length=512)


class Composing(Model):
    """Whether we write just now."""

    is_composing: bool


class PresenceDraft(Model):
    """What to tell others."""

    show: Show
    status: StatusText = ""


class Activity(Model):
    """Somebody uses a screen, or has locked it."""

    screen: str = Field(min_length=1, max_length=64)
    is_locked: bool = False


class ContactsByNumber(Model):
    """Whose numbers they are, each as it was asked for; those that are nobody's are left out."""

    items: dict[str, Contact]


class ContactPatch(Model):
    """What can be changed of a contact."""

    is_favourite: bool


class TeamList(Model):
    """The teams that the person is a member of, by name."""

    items: list[Team]
    event_id: str


class Pause(Model):
    """Why."""

    reason: PauseReason


class Dial(Model):
    """What to dial: a number in any notation, a name of the instance, or a SIP URI."""

    target: str = Field(min_length=1, max_length=MAX_TARGET_LENGTH)
    phone: str | None = Field(
        default=None,
        max_length=LONGEST_TARGET,
        description="number of the own phone to make it on, empty: here; null: as the person chose",
    )


class Answer(Model):
    """What becomes of the call that is talked on."""

    others: OtherCalls = OtherCalls.HOLD


class Reject(Model):
    """How far a rejection goes."""

    scope: RejectScope = RejectScope.HERE


class Dtmf(Model):
    """Keys to press."""

    digits: str = Field(pattern=r"^[0-9*#A-D]{1,32}$")


class ProblemDetails(Model):
    """RFC 9457. `code` is stable; `fields` has what the sentence of the page needs."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    fields: dict[str, object] = Field(default_factory=dict)
