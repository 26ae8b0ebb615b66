"""What the chat service and its engine say to each other."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import Model
from contracts.chat import DeliveryProblem, Direction
from contracts.chat_connection import ChangePassword, ChatAccount, ChatConnection
from contracts.identity import BareJid
from contracts.presence import OwnPresence
from services.chat.engine.avatar_update import AvatarNews, OwnPicture
from services.chat.engine.people_update import BlockListUpdate, SubscriptionsUpdate
from services.chat.engine.room_commands import Invitation, RoomsEngine
from services.chat.engine.roster_update import RosterUpdate
from services.chat.engine.upload_query import UploadQuery


class EngineChatAccount(Model):
    """An account and the resource to bind. It stays the same: the server then ends an old stream
    of ours before a new one begins, and nothing of the old one arrives later."""

    account: ChatAccount
    resource: str


class ConnectionUpdate(Model):
    """The stream opened, closed, or will be tried again."""

    connection: ChatConnection
    is_new: bool = Field(
        default=False, description="a new stream: what was not acknowledged is lost (XEP-0198)"
    )
    is_guess: bool = Field(
        default=False, description="neither profile nor DNS name the server: there may be none"
    )


class Quote(Model):
    """What a message says it answers (XEP-0461)."""

    stanza_id: str
    sender: BareJid | None
    sender_name: str = Field(default="", description="in a room: what they are called there")
    excerpt: str


class Reactions(Model):
    """All reactions of the sender to a message (XEP-0444)."""

    stanza_id: str
    emoji: tuple[str, ...]


class Bounce(Model):
    """Why a message of ours came back."""

    problem: DeliveryProblem
    detail: str


class Stanza(Model):
    """What one message stanza says, whichever road it came by. Ids name other messages by what
    their sender called them; in a room all but those of corrections by what its archive does."""

    conversation_id: BareJid
    direction: Direction
    sender: BareJid
    stanza_id: str | None
    archive_id: str | None
    sent_at: AwareDatetime
    is_groupchat: bool = Field(default=False, description="of a room, which is the conversation")
    sender_name: str = Field(default="", description="in a room: what they are called there")
    invitation: Invitation | None = Field(default=None, description="it says nothing else then")
    body: str = ""
    file_url: str | None = Field(default=None, description="XEP-0066, if the body is this address")
    replaces: str | None = Field(default=None, description="XEP-0308")
    retracts: str | None = Field(default=None, description="XEP-0424")
    quote: Quote | None = None
    reactions: Reactions | None = None
    delivered: str | None = Field(default=None, description="XEP-0184")
    displayed: str | None = Field(default=None, description="XEP-0333")
    wants_receipt: bool = False
    is_composing: bool | None = Field(default=None, description="XEP-0085; null: it does not say")
    bounce: Bounce | None = None


class Acknowledgement(Model):
    """The server has a stanza of ours."""

    conversation_id: BareJid
    stanza_id: str


class Arrival(Model):
    """A stanza came, a device of ours sent one, or the server has one that we sent."""

    number: int
    stanza: Stanza | None = None
    acknowledgement: Acknowledgement | None = None


class ArrivalsUpdate(Model):
    """What came at once, in its order. Kept by the engine until `forget_arrivals`."""

    arrivals: tuple[Arrival, ...]


class ArchivePage(Model):
    """The answer to `read_archive`, oldest first."""

    query_id: str
    archive: BareJid | None = None
    stanzas: tuple[Stanza, ...] = ()
    first: str | None = None
    last: str | None = None
    is_complete: bool = True
    error: str | None = Field(default=None, description="the condition that the server told")
    is_without_archive: bool = Field(default=False, description="this server keeps none")


class Displayed(Model):
    """A device of ours has displayed a conversation up to a message."""

    conversation_id: BareJid
    archive_id: str


class DisplayedUpdate(Model):
    """What our devices have displayed (XEP-0490): all when a stream begins, then what is new."""

    displayed: tuple[Displayed, ...]


class ChatSnapshot(Model):
    """All that the engine knows."""

    account: EngineChatAccount | None
    connection: ConnectionUpdate
    arrivals: tuple[Arrival, ...]
    roster: RosterUpdate | None
    avatars: tuple[AvatarNews, ...] = ()
    block_list: BlockListUpdate | None = None
    subscriptions: SubscriptionsUpdate | None = None


class OutgoingKind(StrEnum):
    """What a stanza of ours is for."""

    MESSAGE = "message"
    CORRECTION = "correction"
    RETRACTION = "retraction"
    REACTIONS = "reactions"
    DISPLAYED = "displayed"


class Outgoing(Model):
    """A stanza to send."""

    conversation_id: BareJid
    stanza_id: str
    is_groupchat: bool = False
    kind: OutgoingKind = OutgoingKind.MESSAGE
    body: str = ""
    is_file: bool = Field(default=False, description="the body is the address of a file")
    target: str | None = Field(default=None, description="stanza id of the message it changes")
    target_archive_id: str | None = None
    quote: Quote | None = None
    emoji: tuple[str, ...] = ()


class ArchiveQuery(Model):
    """A page of our archive, or of a room's: after an id or a time, or before an id ("": its end).

    Of a room's nothing up to `since_id` is given out.
    """

    query_id: str
    archive: BareJid | None = Field(default=None, description="the room; null: ours")
    since_id: str | None = None
    with_jid: BareJid | None = None
    after: str | None = None
    start: AwareDatetime | None = None
    before: str | None = None
    limit: int


class ChatEngine(RoomsEngine):
    """Commands of the engine."""

    def put_account(self, account: EngineChatAccount, presence: OwnPresence) -> None:
        """Connect, and stay connected; what comes of it is an update. Replaces another account."""
        raise NotImplementedError

    def remove_account(self) -> None:
        """Close the stream and forget."""
        raise NotImplementedError

    def get_connection(self) -> ConnectionUpdate:
        raise NotImplementedError

    def set_blocked(self, query_id: str, jid: BareJid, *, is_blocked: bool) -> None:
        """At the server (XEP-0191); a ServerAnswer follows. Raises ChatDisconnected."""
        raise NotImplementedError

    def answer_subscription(self, jid: BareJid, *, is_accepted: bool) -> None:
        """Whether they may see our presence. Raises ChatDisconnected."""
        raise NotImplementedError

    def change_password(self, query_id: str, request: ChangePassword) -> None:
        """At the server and here; a ServerAnswer follows. Raises ChatDisconnected."""
        raise NotImplementedError

    def put_presence(self, presence: OwnPresence) -> None:
        """Tell others now, or when connected."""
        raise NotImplementedError

    def send(self, stanza: Outgoing) -> None:
        """Once per stream: one that this stream took already is not sent again, one for a room
        that we are not in not at all.

        Raises ChatDisconnected.
        """
        raise NotImplementedError

    def acknowledge(self, conversation_id: BareJid, stanza_id: str) -> None:
        """A message is stored here (XEP-0184). Only contacts are told."""
        raise NotImplementedError

    def set_composing(
        self, conversation_id: BareJid, *, is_composing: bool, is_groupchat: bool
    ) -> None:
        raise NotImplementedError

    def read_archive(self, query: ArchiveQuery) -> None:
        """The page comes as an update, in order with what comes live. Raises ChatDisconnected."""
        raise NotImplementedError

    def ask_for_upload(self, query: UploadQuery) -> None:
        """The answer comes as an update. Raises ChatDisconnected."""
        raise NotImplementedError

    def fetch_avatar(self, news: AvatarNews) -> None:
        """The picture comes as an update. Raises ChatDisconnected."""
        raise NotImplementedError

    def publish_avatar(self, query_id: str, picture: OwnPicture | None) -> None:
        """Ours from now on; None: none. A ServerAnswer follows. Raises ChatDisconnected."""
        raise NotImplementedError

    def forget_arrivals(self, up_to: int) -> None:
        """The service has stored what those up to this number said."""
        raise NotImplementedError
