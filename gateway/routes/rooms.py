"""Rooms: group chats. What is written in them goes by the conversations' routes."""

from typing import Any, TypeVar

from contracts.errors import (
    ChatDisconnected,
    InvalidRequest,
    NotFound,
    RoomFailed,
    SignedOut,
    WrongRoomState,
)
from contracts.gateway import MembersDraft, RoomDraft, RoomList, RoomPatch
from contracts.rooms import AddMembers, ChangeRoom, CreateRoom, Room, RoomCommand
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("rooms")

ROOM = "/api/v1/rooms/<conversation_id>"
ERRORS = (InvalidRequest, SignedOut, NotFound, WrongRoomState, RoomFailed, ChatDisconnected)

AnyCommand = TypeVar("AnyCommand", bound=RoomCommand)


@api.operation("GET", "/api/v1/rooms")
def list_rooms() -> RoomList:
    """All rooms that we are or were in, in no order, with their members."""
    event_id = parts().event_log.last_id()
    return RoomList(items=parts().chat.list_rooms(), event_id=event_id)


@api.operation("GET", ROOM, errors=(InvalidRequest, NotFound))
def get_room(conversation_id: str) -> Room:
    """One room. Its id is the address of the room, and that of its conversation."""
    return parts().chat.get_room(_command(RoomCommand, conversation_id).conversation_id)


@api.operation(
    "POST",
    "/api/v1/rooms",
    status=201,
    errors=(InvalidRequest, SignedOut, RoomFailed, ChatDisconnected),
)
def create_room(body: RoomDraft) -> Room:
    """Begin a room. Its members are invited; who is offline finds the invitation later."""
    request = CreateRoom(name=body.name, members=body.members, **request_id())
    return parts().chat_history.create_room(request)


@api.operation("PATCH", ROOM, errors=ERRORS)
def change_room(conversation_id: str, body: RoomPatch) -> Room:
    """Rename a room, which only its owners may, or change its topic."""
    fields = body.model_dump()
    return parts().chat_history.change_room(_command(ChangeRoom, conversation_id, **fields))


@api.operation("POST", f"{ROOM}/members", errors=ERRORS)
def add_members(conversation_id: str, body: MembersDraft) -> Room:
    """Add people, which only its owners may. They see what is written from now on."""
    return parts().chat_history.add_members(
        _command(AddMembers, conversation_id, members=body.members)
    )


@api.operation("DELETE", ROOM, errors=ERRORS)
def leave_room(conversation_id: str) -> Room:
    """Leave a room. What was written in it stays here."""
    return parts().chat_history.leave_room(_command(RoomCommand, conversation_id))


def _command(kind: type[AnyCommand], conversation_id: str, **fields: Any) -> AnyCommand:
    """Raises InvalidRequest."""
    try:
        return kind.model_validate({"conversation_id": conversation_id, **fields, **request_id()})
    except ValueError as error:
        raise InvalidRequest("not an address", field="conversation_id") from error
