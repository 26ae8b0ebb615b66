"""Rooms: group chats (XEP-0045). Each is a conversation of kind ROOM with the same id."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.base import Command, Event, Model
from contracts.identity import BareJid
from contracts.presence import Show

LONGEST_ROOM_NAME = 100
LONGEST_NICK = 100
LONGEST_TOPIC = 500
MOST_MEMBERS = 200

RoomName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=LONGEST_ROOM_NAME, pattern=r"\S"
    ),
]
Topic = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TOPIC)]


class RoomEnd(StrEnum):
    """Why we are in a room no longer. The page has a sentence for each."""

    LEFT = "left"  # by us, here or on another device of ours
    REMOVED = "removed"  # by an owner
    DESTROYED = "destroyed"  # the room does not exist any more


class RoomProblem(StrEnum):
    """Why something about a room failed. The page has a sentence for each."""

    NOT_OFFERED = "not_offered"  # the server has no rooms
    NOT_ALLOWED = "not_allowed"  # only an owner may do so
    REFUSED = "refused"  # any other answer of the server
    UNREACHABLE = "unreachable"  # no answer


class RoomMember(Model):
    """Somebody who may be in the room, there at the moment or not."""

    jid: BareJid
    name: str = Field(max_length=LONGEST_NICK)
    """What they are called in the room; of somebody who is not there, the local part."""
    is_owner: bool = False
    show: Show = Show.OFFLINE
    """How they are, as the room tells: offline is who is not in it at the moment."""


class Room(Model):
    """A room, whole; revisions grow over all rooms. Its messages are those of the conversation."""

    conversation_id: BareJid
    """The address of the room."""
    revision: int
    name: str = Field(max_length=LONGEST_ROOM_NAME)
    topic: str = Field(default="", max_length=LONGEST_TOPIC)
    is_owner: bool = Field(default=False, description="whether we may rename it and add members")
    has_left: bool = Field(default=False, description="we are in it no longer; `end` says why")
    end: RoomEnd | None = None
    members: tuple[RoomMember, ...] = ()
    """By name, we among them; of a room that we are in no longer as it was then."""


class CreateRoom(Command):
    """Begin a room with these members, and us as its owner."""

    needs_room = True

    name: RoomName
    members: tuple[BareJid, ...] = Field(default=(), max_length=MOST_MEMBERS)


class RoomCommand(Command):
    """A command that needs nothing but the room."""

    conversation_id: BareJid


class ChangeRoom(RoomCommand):
    """Only what is to change."""

    name: RoomName | None = None
    topic: Topic | None = None


class AddMembers(RoomCommand):
    """They see what is written from now on."""

    members: tuple[BareJid, ...] = Field(min_length=1, max_length=MOST_MEMBERS)


class RoomChanged(Event):
    """We came into a room, are in one no longer, or something of one changed."""

    type: Literal["chat.room.changed"] = "chat.room.changed"
    room: Room


class RoomsRpc:
    """The part of ChatRpc that is about rooms.

    Commands raise SignedOut, ChatDisconnected, and RoomFailed with a RoomProblem. Those about one
    room raise NotFound, and WrongRoomState if we are in it no longer.
    """

    def list_rooms(self) -> list[Room]:
        """All that we are or were in, in no order."""
        raise NotImplementedError

    def get_room(self, conversation_id: BareJid) -> Room:
        """Raises NotFound."""
        raise NotImplementedError

    def create_room(self, request: CreateRoom) -> Room:
        """Its members are invited; who is offline finds the invitation when they come."""
        raise NotImplementedError

    def change_room(self, request: ChangeRoom) -> Room:
        """Only owners may rename a room; everybody in it may change its topic."""
        raise NotImplementedError

    def add_members(self, request: AddMembers) -> Room:
        """Only owners may."""
        raise NotImplementedError

    def leave_room(self, request: RoomCommand) -> Room:
        """Its messages stay here. Of the last owner's room the first member becomes owner."""
        raise NotImplementedError
