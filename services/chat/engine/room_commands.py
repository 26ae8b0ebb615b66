"""What the chat service and its engine say to each other about rooms (XEP-0045)."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from contracts.base import Model
from contracts.identity import BareJid
from contracts.rooms import RoomMember, RoomProblem


class Seat(Model):
    """Our place in a room, which is kept with its bookmark for our other stacks and clients."""

    conversation_id: BareJid
    name: str = ""
    nick: str
    since: AwareDatetime
    """What was written before is not for us."""
    since_id: str | None = None
    """What the room's archive calls the last message before; empty: there was none; None: only the
    time is known."""


class Invitation(Model):
    """Somebody asks us into a room, themselves (XEP-0249) or by it."""

    conversation_id: BareJid
    inviter: BareJid
    """The room, if it says only what they are called there."""
    is_mediated: bool
    """The room says who it is."""
    name: str
    since: AwareDatetime
    since_id: str | None = None


class Attendance(StrEnum):
    """Whether we are in a room."""

    JOINED = "joined"
    AWAY = "away"  # it does not answer for now; tried again
    REMOVED = "removed"  # we are no member, or banned
    DESTROYED = "destroyed"


class RoomUpdate(Model):
    """A room that we were to enter, whole. Without a name it has none, or we are not in it."""

    seat: Seat
    attendance: Attendance
    name: str = ""
    topic: str = ""
    is_owner: bool = False
    has_archive: bool = False
    members: tuple[RoomMember, ...] = ()


class Bookmark(Model):
    """A room that our clients are to be in (XEP-0402)."""

    conversation_id: BareJid
    name: str
    nick: str
    is_entered: bool = Field(description="autojoin")
    since: AwareDatetime | None = None
    since_id: str | None = None


class BookmarksUpdate(Model):
    """Bookmarks: all of them when a stream begins, later those that changed."""

    is_whole: bool
    bookmarks: tuple[Bookmark, ...] = ()
    deleted: tuple[BareJid, ...] = ()


class RoomTask(StrEnum):
    """What is to be done about a room."""

    CREATE = "create"
    CHANGE = "change"
    ADD = "add"
    LEAVE = "leave"
    INSPECT = "inspect"  # who owns it


class RoomQuery(Model):
    """Something to do that takes the server's answer; the outcome comes as an update."""

    query_id: str
    task: RoomTask
    conversation_id: BareJid | None = Field(default=None, description="null: the one to create")
    name: str | None = None
    topic: str | None = None
    members: tuple[BareJid, ...] = ()


class RoomAnswer(Model):
    """The outcome. What has changed of the room was told before."""

    query_id: str
    conversation_id: BareJid | None = None
    owners: tuple[BareJid, ...] = Field(default=(), description="of INSPECT")
    problem: RoomProblem | None = None
    detail: str = ""


class RoomsEngine:
    """The commands of the engine that are about rooms. They raise ChatDisconnected."""

    def enter_room(self, seat: Seat) -> None:
        """Be in it from now on, on this stream. One that we are in is told again."""
        raise NotImplementedError

    def exit_room(self, conversation_id: BareJid) -> None:
        """Be in it no longer, as another client of ours says."""
        raise NotImplementedError

    def ask_room(self, query: RoomQuery) -> None:
        raise NotImplementedError

    def put_bookmark(self, seat: Seat) -> None:
        """Tell our clients; that they were told comes as an update."""
        raise NotImplementedError

    def delete_bookmark(self, conversation_id: BareJid) -> None:
        raise NotImplementedError
