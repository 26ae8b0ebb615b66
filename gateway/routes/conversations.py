"""Conversations and their messages."""

from typing import Any, TypeVar

from pydantic import Field

from contracts.base import Model
from contracts.chat import (
    MAX_PAGE,
    Conversation,
    ConversationCommand,
    CorrectMessage,
    Message,
    MessageCommand,
    React,
    SendMessage,
)
from contracts.errors import (
    ChatDisconnected,
    InvalidRequest,
    NotFound,
    SignedOut,
    WrongMessageState,
    WrongRoomState,
)
from contracts.gateway import (
    Composing,
    ConversationList,
    MessageDraft,
    MessageList,
    MessagePatch,
    ReactionDraft,
    ReadUpTo,
)
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("conversations")

CONVERSATION = "/api/v1/conversations/<conversation_id>"
MESSAGE = f"{CONVERSATION}/messages/<message_id>"
CHANGE_ERRORS = (InvalidRequest, SignedOut, NotFound, WrongMessageState, WrongRoomState)

AnyCommand = TypeVar("AnyCommand", bound=ConversationCommand)


class MessagesQuery(Model):
    """Which page of a conversation."""

    before: str | None = Field(
        default=None, max_length=512, description="`older` of the page after this one"
    )
    limit: int = Field(default=50, ge=1, le=MAX_PAGE)


@api.operation("GET", "/api/v1/conversations")
def list_conversations() -> ConversationList:
    """All conversations, in no order, without their messages."""
    event_id = parts().event_log.last_id()
    return ConversationList(items=parts().chat.list_conversations(), event_id=event_id)


@api.operation("GET", CONVERSATION, errors=(InvalidRequest,))
def get_conversation(conversation_id: str) -> Conversation:
    """One conversation, by the address of the other or of the room.

    Of somebody never written to it is empty.
    """
    return parts().chat.get_conversation(_conversation_id(conversation_id))


@api.operation(
    "GET", f"{CONVERSATION}/messages", errors=(InvalidRequest, SignedOut, ChatDisconnected)
)
def list_messages(conversation_id: str, query: MessagesQuery) -> MessageList:
    """The newest messages, or those before a page; older ones come from the server's archive."""
    event_id = parts().event_log.last_id()
    conversation = _conversation_id(conversation_id)
    page = parts().chat_history.list_messages(conversation, query.before, query.limit)
    return MessageList(items=page.items, older=page.older, event_id=event_id)


@api.operation(
    "POST",
    f"{CONVERSATION}/messages",
    status=201,
    errors=(InvalidRequest, SignedOut, NotFound, WrongRoomState),
)
def send_message(conversation_id: str, body: MessageDraft) -> Message:
    """Send a message. The Idempotency-Key, if there is one, becomes its `message_id`.

    Without a connection it waits for one. `delivery` tells how far it got.
    """
    fields = body.model_dump()
    return parts().chat.send_message(_command(SendMessage, conversation_id, **fields))


@api.operation("PATCH", MESSAGE, errors=CHANGE_ERRORS)
def correct_message(conversation_id: str, message_id: str, body: MessagePatch) -> Message:
    """Replace the text of a message of ours."""
    return parts().chat.correct_message(
        _command(CorrectMessage, conversation_id, message_id=message_id, body=body.body)
    )


@api.operation("DELETE", MESSAGE, errors=CHANGE_ERRORS)
def retract_message(conversation_id: str, message_id: str) -> Message:
    """Ask everybody to forget a message of ours. Not every client does."""
    return parts().chat.retract_message(
        _command(MessageCommand, conversation_id, message_id=message_id)
    )


@api.operation("POST", f"{MESSAGE}/retry", errors=CHANGE_ERRORS)
def retry_message(conversation_id: str, message_id: str) -> Message:
    """Send a message again that failed."""
    return parts().chat.retry_message(
        _command(MessageCommand, conversation_id, message_id=message_id)
    )


@api.operation("PUT", f"{MESSAGE}/reactions", errors=CHANGE_ERRORS)
def react(conversation_id: str, message_id: str, body: ReactionDraft) -> Message:
    """Our reactions to a message, in place of those before; none takes them back."""
    return parts().chat.react(
        _command(React, conversation_id, message_id=message_id, emoji=body.emoji)
    )


@api.operation("POST", f"{CONVERSATION}/read", errors=(InvalidRequest, SignedOut, NotFound))
def mark_read(conversation_id: str, body: ReadUpTo) -> Conversation:
    """Everything up to this message was seen: the other and our other devices are told."""
    return parts().chat.mark_read(
        _command(MessageCommand, conversation_id, message_id=body.message_id)
    )


@api.operation("POST", f"{CONVERSATION}/composing", status=204, errors=(InvalidRequest, SignedOut))
def set_composing(conversation_id: str, body: Composing) -> None:
    """Tell the other whether we write just now; say so again every few seconds while it lasts."""
    conversation = _conversation_id(conversation_id)
    parts().chat.set_composing(conversation, is_composing=body.is_composing)


def _command(kind: type[AnyCommand], conversation_id: str, **fields: Any) -> AnyCommand:
    """Raises InvalidRequest."""
    try:
        return kind.model_validate({"conversation_id": conversation_id, **fields, **request_id()})
    except ValueError as error:
        raise InvalidRequest("not an address, or no text", field="conversation_id") from error


def _conversation_id(conversation_id: str) -> str:
    return _command(ConversationCommand, conversation_id).conversation_id
