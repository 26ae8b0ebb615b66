"""Rooms: being in them, who is with us, and what the person does about them."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime

import structlog

from bus.engine import on_engine
from bus.rpc import rpc
from bus.timer import every
from contracts.chat import ConversationKind, Delivery, DeliveryProblem, Direction
from contracts.chat_connection import ChatState
from contracts.errors import NotFound, RoomFailed, WrongRoomState
from contracts.identity import BareJid
from contracts.rooms import (
    AddMembers,
    ChangeRoom,
    CreateRoom,
    Room,
    RoomCommand,
    RoomEnd,
    RoomsRpc,
)
from services.chat.archive import AWAY, ArchivePart
from services.chat.engine.room_commands import (
    Attendance,
    Bookmark,
    BookmarksUpdate,
    Invitation,
    RoomAnswer,
    RoomQuery,
    RoomTask,
    RoomUpdate,
    Seat,
)
from services.chat.room_store import RoomRecord, room_of
from services.chat.thread import id_key

log = structlog.get_logger(__name__)

ANSWER_TIMEOUT_S = 13.0
MOST_ROOMS = 500
ENDS = {Attendance.REMOVED: RoomEnd.REMOVED, Attendance.DESTROYED: RoomEnd.DESTROYED}


class RoomPart(ArchivePart, RoomsRpc):
    """The part of ChatService that is about rooms. The store says where we are, the engine whether
    we are there at the moment; bookmarks tell our other clients."""

    @rpc
    def list_rooms(self) -> list[Room]:
        return [room_of(record) for record in self.store.list_rooms() if record.is_shown]

    @rpc
    def get_room(self, conversation_id: BareJid) -> Room:
        return room_of(self._find_room(conversation_id))

    @rpc
    def create_room(self, request: CreateRoom) -> Room:
        query = RoomQuery(
            query_id=self.progress.new_query(),
            task=RoomTask.CREATE,
            name=request.name,
            members=request.members,
        )
        return self.get_room(self._ask_room(query).conversation_id or "")

    @rpc
    def change_room(self, request: ChangeRoom) -> Room:
        return self._change_room(request, RoomTask.CHANGE, name=request.name, topic=request.topic)

    @rpc
    def add_members(self, request: AddMembers) -> Room:
        return self._change_room(request, RoomTask.ADD, members=request.members)

    @rpc
    def leave_room(self, request: RoomCommand) -> Room:
        room = self._change_room(request, RoomTask.LEAVE)
        self._end(self._find_room(room.conversation_id), RoomEnd.LEFT)
        return self.get_room(room.conversation_id)

    # being in rooms

    def enter_rooms(self) -> None:
        """On a stream that may be in none of them. Those that it is in are told again."""
        with suppress(*AWAY):
            for record in self.store.list_rooms():
                if not record.has_left:
                    self.engine.enter_room(record.seat)

    @on_engine(RoomUpdate)
    def room_updated(self, update: RoomUpdate) -> None:
        if self.store.get_connection().state is ChatState.ABSENT:
            return
        record = self.store.find_room(update.seat.conversation_id)
        if update.attendance is Attendance.JOINED:
            self._is_in(record or _record(update.seat), update)
        elif record is None or record.has_left:
            return
        elif update.attendance is Attendance.AWAY:
            self.progress.of(record.conversation_id).begin()
        else:
            self._end(record, ENDS[update.attendance])

    @on_engine(RoomAnswer)
    def room_answered(self, update: RoomAnswer) -> None:
        self.progress.reply(update.query_id, update)

    @on_engine(BookmarksUpdate)
    def bookmarks_told(self, update: BookmarksUpdate) -> None:
        if self.store.get_connection().state is ChatState.ABSENT:
            return
        rooms = {record.conversation_id: record for record in self.store.list_rooms()}
        entered = {each.conversation_id: each for each in update.bookmarks if each.is_entered}
        left = {each.conversation_id for each in update.bookmarks if not each.is_entered}
        left |= rooms.keys() - entered.keys() if update.is_whole else set(update.deleted)
        for room, bookmark in entered.items():
            self._entered_elsewhere(bookmark, rooms.get(room), is_whole=update.is_whole)
        for room in left & rooms.keys():
            self._left_elsewhere(rooms[room])

    @every(1)
    def take_invitations(self) -> None:
        """Those of contacts, at once; others wait in case they become contacts."""
        invitations = self.store.invitations()
        if not invitations or self.store.get_connection().state is not ChatState.CONNECTED:
            return
        contacts = {item.jid for item in self.store.list_roster()}
        pondered = invitations, contacts
        if pondered == self.progress.pondered:
            return
        self.progress.pondered = pondered
        for invitation in invitations:
            if contacts.intersection(self._inviters(invitation)):
                self._accept(invitation)
                self.store.delete_invitations([invitation.conversation_id])

    def _accept(self, invitation: Invitation) -> None:
        known = self.store.find_room(invitation.conversation_id)
        if (known is not None and not known.has_left) or len(self.store.room_ids()) >= MOST_ROOMS:
            return
        seat = Seat(
            conversation_id=invitation.conversation_id,
            name=invitation.name,
            nick=self._nick(),
            since=invitation.since,
            since_id=invitation.since_id,
        )
        self._enter(seat, known, is_caught_up=False)

    def _inviters(self, invitation: Invitation) -> Iterable[BareJid]:
        """Who vouches for it. A room says who invites; those of another server may say anything.
        Where it does not tell whose address it is, its owners do."""
        if not invitation.is_mediated:
            return (invitation.inviter,)
        domain = invitation.conversation_id.partition("@")[2]
        own = self.own_jid().partition("@")[2]
        if not f".{domain}".endswith(f".{own}"):
            return ()
        if invitation.inviter != invitation.conversation_id:
            return (invitation.inviter,)
        query = RoomQuery(
            query_id=self.progress.new_query(),
            task=RoomTask.INSPECT,
            conversation_id=invitation.conversation_id,
        )
        try:
            return self._ask_room(query).owners
        except (RoomFailed, *AWAY):
            return ()

    def _enter(self, seat: Seat, known: RoomRecord | None, *, is_caught_up: bool) -> None:
        """From now on; of a room that we were in before what was said meanwhile is not for us."""
        self.store.forget_cursor(seat.conversation_id)
        self.progress.of(seat.conversation_id).begin()
        record = known.model_copy(update={"seat": seat}) if known else _record(seat)
        update = {"is_caught_up": is_caught_up, "is_bookmarked": is_caught_up}
        self.store.put_room(record.model_copy(update=update))
        with suppress(*AWAY):
            self.engine.enter_room(seat)

    def _is_in(self, record: RoomRecord, update: RoomUpdate) -> None:
        name = update.name or update.seat.name or record.conversation_id.partition("@")[0]
        record = self.store.put_room(
            record.model_copy(
                update={
                    "seat": record.seat.model_copy(update={"nick": update.seat.nick}),
                    "name": name[:100],
                    "topic": update.topic,
                    "is_owner": update.is_owner,
                    "has_left": False,
                    "end": None,
                    "members": update.members,
                    "is_shown": True,
                    "has_archive": update.has_archive,
                }
            )
        )
        self._show(record)
        reading = self.progress.of(record.conversation_id)
        if not reading.is_open:
            reading.is_open = True
            if record.has_archive:
                self.catch_up(record.conversation_id)
            else:
                self.has_caught_up(record.conversation_id)
            if not record.is_bookmarked:
                with suppress(*AWAY):
                    self.engine.put_bookmark(record.seat.model_copy(update={"name": record.name}))

    def _show(self, record: RoomRecord) -> None:
        """As a conversation."""
        update = {
            "kind": ConversationKind.ROOM,
            "name": record.name,
            "began_at": record.seat.since,
        }
        with self.store.lock:
            thread = self.store.open(record.conversation_id)
            with self.store.changing([thread]):
                thread.state = thread.state.model_copy(update=update)

    def _end(self, record: RoomRecord, end: RoomEnd) -> None:
        """We are in it no longer. What waits to be sent is not sent any more."""
        self.progress.of(record.conversation_id).begin()
        if not record.is_shown:
            self.store.delete_room(record.conversation_id)
        else:
            self.store.put_room(record.model_copy(update={"has_left": True, "end": end}))
            self._give_up_sending(record.conversation_id)
        if record.is_bookmarked:
            with suppress(*AWAY):
                self.engine.delete_bookmark(record.conversation_id)

    def _give_up_sending(self, conversation_id: str) -> None:
        waiting = [
            each.stanza_id
            for each in self.store.outgoing()
            if each.conversation_id == conversation_id
        ]
        keys = [id_key(Direction.SENT, each) for each in waiting]
        failed = {"delivery": Delivery.FAILED, "problem": DeliveryProblem.REFUSED}
        with self.store.lock:
            thread = self.store.open(conversation_id, keys)
            with self.store.changing([thread], arrived=waiting):
                for message in filter(None, map(thread.find, keys)):
                    if message.delivery is Delivery.PENDING:
                        thread.put(message.model_copy(update=failed))
                thread.state = thread.state.model_copy(
                    update={"is_composing": False, "composer": None}
                )

    # what our other clients do

    def _entered_elsewhere(
        self, bookmark: Bookmark, known: RoomRecord | None, *, is_whole: bool
    ) -> None:
        if known is not None and known.has_left and known.is_bookmarked and is_whole:
            with suppress(*AWAY):  # that we have left could not be told
                self.engine.delete_bookmark(bookmark.conversation_id)
        elif known is not None and not known.has_left:
            self.store.put_room(known.model_copy(update={"is_bookmarked": True}))
        elif len(self.store.room_ids()) < MOST_ROOMS:
            seat = Seat(
                conversation_id=bookmark.conversation_id,
                name=bookmark.name,
                nick=bookmark.nick or self._nick(),
                since=bookmark.since or datetime.now(UTC),
                since_id=bookmark.since_id,
            )
            self._enter(seat, known, is_caught_up=True)

    def _left_elsewhere(self, record: RoomRecord) -> None:
        unmarked = record.model_copy(update={"is_bookmarked": False})
        if record.has_left:
            self.store.put_room(unmarked)
        elif record.is_bookmarked:
            with suppress(*AWAY):
                self.engine.exit_room(record.conversation_id)
            self._end(unmarked, RoomEnd.LEFT)
        elif self.progress.of(record.conversation_id).is_open:
            with suppress(*AWAY):  # that we have entered could not be told
                self.engine.put_bookmark(record.seat)

    # what the person does

    def _change_room(self, request: RoomCommand, task: RoomTask, **fields: object) -> Room:
        """Raises NotFound, WrongRoomState, RoomFailed."""
        record = self._find_room(request.conversation_id)
        if record.has_left:
            raise WrongRoomState(conversation_id=request.conversation_id)
        query = RoomQuery.model_validate(
            {
                "query_id": self.progress.new_query(),
                "task": task,
                "conversation_id": request.conversation_id,
                **fields,
            }
        )
        self._ask_room(query)
        return self.get_room(request.conversation_id)

    def _ask_room(self, query: RoomQuery) -> RoomAnswer:
        """Raises RoomFailed."""
        self.require_account()
        with self.progress.replying(query.query_id, ANSWER_TIMEOUT_S) as reply:
            self.engine.ask_room(query)
            answer: RoomAnswer = reply.wait()
        if answer.problem is not None:
            raise RoomFailed(answer.detail, reason=answer.problem)
        return answer

    def _find_room(self, conversation_id: BareJid) -> RoomRecord:
        """Raises NotFound."""
        record = self.store.find_room(conversation_id)
        if record is None or not record.is_shown:
            raise NotFound("no room that we are or were in", conversation_id=conversation_id)
        return record

    def _nick(self) -> str:
        return self.own_jid().partition("@")[0]


def _record(seat: Seat) -> RoomRecord:
    """Of a room that we are not in yet."""
    return RoomRecord(conversation_id=seat.conversation_id, revision=0, name=seat.name, seat=seat)
