"""Conversations and their messages."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from contracts.avatars import AvatarRpc
from contracts.base import Command, Event, Model
from contracts.blocking import BlockingRpc
from contracts.chat_connection import ChatConnectionRpc
from contracts.files import FilesRpc, SharedFile
from contracts.health import PartHealth
from contracts.identity import BareJid
from contracts.presence import PresenceRpc
from contracts.rooms import LONGEST_NICK, LONGEST_ROOM_NAME, RoomsRpc
from contracts.roster import RosterRpc
from contracts.subscriptions import SubscriptionRpc

LONGEST_BODY = 16_000
"""Of what we send; what comes is cut at four times as much."""
LONGEST_EXCERPT = 200
MOST_REACTIONS = 16
MAX_PAGE = 200

Body = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_BODY, pattern=r"\S")]
Emoji = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^\S+$")]


class ConversationKind(StrEnum):
    """With whom."""

    DIRECT = "direct"
    ROOM = "room"  # a group chat; who is in it: contracts/rooms.py


class Direction(StrEnum):
    """Who sent a message: RECEIVED from others, SENT from any device of ours."""

    RECEIVED = "received"
    SENT = "sent"


class Delivery(StrEnum):
    """How far a message of ours got."""

    PENDING = "pending"  # here, and not at the server yet
    SENT = "sent"  # the server has it
    DELIVERED = "delivered"  # a device of the other has it (XEP-0184)
    DISPLAYED = "displayed"  # the other has seen it (XEP-0333)
    FAILED = "failed"  # `problem` says why; it can be tried again


class DeliveryProblem(StrEnum):
    """Why a message was not delivered. The page has a sentence for each."""

    RECIPIENT_UNKNOWN = "recipient_unknown"  # nobody has this address
    SERVER_UNREACHABLE = "server_unreachable"  # ours does not reach that of the recipient
    REFUSED = "refused"  # by the recipient or a server: blocked, not allowed, too large
    FAILED = "failed"  # an error that is none of these; `problem_detail` has it


class QuotedMessage(Model):
    """What a message answers (XEP-0461)."""

    message_id: str | None = Field(default=None, description="null: not among those kept here")
    sender: BareJid | None = None
    excerpt: str = Field(default="", max_length=LONGEST_EXCERPT)


class Reaction(Model):
    """An emoji below a message (XEP-0444), and who put it there, in the order they did."""

    emoji: Emoji
    senders: tuple[BareJid, ...]


class Message(Model):
    """One message, whole; what changes later has a greater `revision`.

    Corrections, reactions, retractions and receipts are changes of the message they are about.
    """

    message_id: str
    """Unique in its conversation. Of one sent from here the `request_id` of the command."""
    conversation_id: BareJid
    revision: int
    position: int
    """Messages of a conversation are ordered by it, as in the server's archive. It changes if the
    archive turns out to have another order."""
    direction: Direction
    sender: BareJid
    """Of a room's message, too, the person's; the room's own if it does not tell whose it is."""
    sender_name: str = Field(
        default="", max_length=LONGEST_NICK, description="what they are called in the room"
    )
    body: str
    """Empty if it was retracted."""
    file: SharedFile | None = Field(
        default=None, description="the message is this file; `body` is its address"
    )
    sent_at: AwareDatetime
    delivery: Delivery | None = Field(default=None, description="of messages sent; else null")
    problem: DeliveryProblem | None = None
    problem_detail: str = ""
    edited_at: AwareDatetime | None = None
    is_retracted: bool = False
    in_reply_to: QuotedMessage | None = None
    reactions: tuple[Reaction, ...] = ()
    stanza_id: str | None = Field(
        default=None, description="what its sender called it; corrections and replies refer to it"
    )
    archive_id: str | None = Field(
        default=None,
        description="what the archive of our server, or of the room, calls it (XEP-0359)",
    )


class Conversation(Model):
    """A conversation, whole, without its messages; revisions grow over all conversations."""

    conversation_id: BareJid
    """The address of the other, or of the room."""
    revision: int
    kind: ConversationKind = ConversationKind.DIRECT
    name: str = Field(default="", max_length=LONGEST_ROOM_NAME, description="of a room")
    began_at: AwareDatetime | None = Field(
        default=None, description="of a room: when we came in; there may be no message yet"
    )
    unread: int = 0
    read_up_to: int = Field(
        default=0, description="position of the last message we have seen, on any device of ours"
    )
    last_message: Message | None = None
    is_composing: bool = Field(default=False, description="the other writes (XEP-0085)")
    composer: BareJid | None = Field(default=None, description="in a room: who writes")


class MessagePage(Model):
    """Consecutive messages, oldest first."""

    items: list[Message]
    older: str | None
    """Ask with `before` for the page before this one; null: the conversation begins here."""


class ConversationCommand(Command):
    """A command that needs nothing but the conversation; it need not exist yet."""

    conversation_id: BareJid


class SendMessage(ConversationCommand):
    """Send a text. Its `request_id` becomes the `message_id`."""

    needs_room = True

    body: Body
    in_reply_to: str | None = Field(default=None, max_length=512, description="message_id")


class SendFile(ConversationCommand):
    """Tell the other of a file that was uploaded. Its `request_id` becomes the `message_id`."""

    needs_room = True

    file: SharedFile


class MessageCommand(ConversationCommand):
    """A command that needs nothing but a message."""

    message_id: str = Field(min_length=1, max_length=512)


class CorrectMessage(MessageCommand):
    """Replace the text of a message of ours (XEP-0308)."""

    needs_room = True

    body: Body


class React(MessageCommand):
    """Our reactions to a message from now on, in place of those before (XEP-0444)."""

    needs_room = True

    emoji: tuple[Emoji, ...] = Field(max_length=MOST_REACTIONS)


class ConversationChanged(Event):
    """A conversation began, or something of it changed; also when its newest message changes."""

    type: Literal["chat.conversation.changed"] = "chat.conversation.changed"
    conversation: Conversation


class MessageChanged(Event):
    """A message came, was sent, or something of it changed."""

    type: Literal["chat.message.changed"] = "chat.message.changed"
    message: Message


class ArchiveRead(Event):
    """So much came at once that it was not told one by one: read what you show of chat anew."""

    type: Literal["chat.archive.read"] = "chat.archive.read"
    revision: int


class ChatRpc(
    ChatConnectionRpc,
    RosterRpc,
    PresenceRpc,
    FilesRpc,
    RoomsRpc,
    AvatarRpc,
    BlockingRpc,
    SubscriptionRpc,
):
    """RPC interface of the chat service.

    Commands raise SignedOut without an account. Without a connection they are kept and take
    effect later, unless their text says otherwise. Those that write into a room raise
    WrongRoomState if we are in it no longer.
    """

    def list_conversations(self) -> list[Conversation]:
        """All of them, in no order."""
        raise NotImplementedError

    def get_conversation(self, conversation_id: BareJid) -> Conversation:
        """Of somebody never written to, an empty one."""
        raise NotImplementedError

    def list_messages(
        self, conversation_id: BareJid, before: str | None, limit: int
    ) -> MessagePage:
        """The newest messages, or those before a cursor; older ones come from the server.

        Raises ChatDisconnected if these are asked for without a connection, InvalidRequest.
        """
        raise NotImplementedError

    def send_message(self, request: SendMessage) -> Message:
        """PENDING, unless the server has it already.

        Raises NotFound if it answers a message that is not kept here.
        """
        raise NotImplementedError

    def send_file(self, request: SendFile) -> Message:
        """The same with a file that was put into a slot."""
        raise NotImplementedError

    def retry_message(self, request: MessageCommand) -> Message:
        """Send a failed message again. Raises NotFound, WrongMessageState."""
        raise NotImplementedError

    def correct_message(self, request: CorrectMessage) -> Message:
        """Raises NotFound, WrongMessageState if it is not ours, failed or was retracted."""
        raise NotImplementedError

    def retract_message(self, request: MessageCommand) -> Message:
        """Ask everybody to forget a message of ours (XEP-0424). Raises as `correct_message`."""
        raise NotImplementedError

    def react(self, request: React) -> Message:
        """Raises NotFound, WrongMessageState if it failed or was retracted."""
        raise NotImplementedError

    def mark_read(self, request: MessageCommand) -> Conversation:
        """Everything up to this message was seen: the other and our devices are told.

        Raises NotFound.
        """
        raise NotImplementedError

    def set_composing(self, conversation_id: BareJid, *, is_composing: bool) -> None:
        """Whether we write just now; without effect while there is no connection."""
        raise NotImplementedError

    def health(self) -> list[PartHealth]:
        raise NotImplementedError
