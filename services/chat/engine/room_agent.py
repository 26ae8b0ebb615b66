"""The engine's commands about rooms."""

from slixmpp.stanza import Message

from contracts.base import Model
from contracts.presence import OwnPresence
from services.chat.engine.archive import Archive
from services.chat.engine.bookmarks import Bookmarks
from services.chat.engine.client import XmppClient
from services.chat.engine.commands import Outgoing, Stanza
from services.chat.engine.room_commands import RoomQuery, RoomsEngine, Seat
from services.chat.engine.room_tasks import RoomTasks
from services.chat.engine.rooms import Rooms


class RoomAgent(RoomsEngine):
    """The part of ChatAgent that is about rooms."""

    _rooms: Rooms | None = None
    _room_tasks: RoomTasks | None = None
    _bookmarks: Bookmarks | None = None

    def enter_room(self, seat: Seat) -> None:
        self._client()
        if self._rooms is not None:
            self._rooms.enter(seat)

    def exit_room(self, conversation_id: str) -> None:
        self._client()
        if self._rooms is not None:
            self._rooms.exit(conversation_id)

    def ask_room(self, query: RoomQuery) -> None:
        self._client()
        if self._rooms is not None and self._room_tasks is not None:
            self._rooms.spawn(self._do(self._room_tasks, query))

    def put_bookmark(self, seat: Seat) -> None:
        self._client()
        if self._bookmarks is not None:
            self._bookmarks.put(seat)

    def delete_bookmark(self, conversation_id: str) -> None:
        self._client()
        if self._bookmarks is not None:
            self._bookmarks.delete(conversation_id)

    def _open_rooms(self, client: XmppClient, presence: OwnPresence) -> Archive:
        """For a new account; its archive can read those of rooms."""
        self._rooms = Rooms(client, self._emit, presence)
        self._bookmarks = Bookmarks(client, self._emit)
        archive = Archive(client, self._rooms.read_archived)
        self._room_tasks = RoomTasks(self._rooms, archive, self._bookmarks)
        return archive

    def _close_rooms(self) -> None:
        if self._rooms is not None:
            self._rooms.close()
        self._rooms = self._room_tasks = self._bookmarks = None

    def _read_room(self, message: Message) -> Stanza | None:
        """What is said in a room."""
        return self._rooms.read(message) if self._rooms is not None else None

    def _is_place_open(self, stanza: Outgoing) -> bool:
        """A room takes nothing from outside; the service sends it again when we are in."""
        if not stanza.is_groupchat:
            return True
        return self._rooms is not None and self._rooms.find(stanza.conversation_id) is not None

    def _notice_room(self, message: Message) -> None:
        """A room tells something of itself in messages that are not said in it."""
        if self._rooms is not None:
            self._rooms.notice(message)

    async def _do(self, tasks: RoomTasks, query: RoomQuery) -> None:
        self._emit(await tasks.answer(query))

    def _client(self) -> XmppClient:
        """Raises ChatDisconnected."""
        raise NotImplementedError

    def _emit(self, update: Model) -> None:
        raise NotImplementedError
