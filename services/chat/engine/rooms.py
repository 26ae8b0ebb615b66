"""The rooms of one stream (XEP-0045): being in them, and telling what becomes of them."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.stanza import Message
from slixmpp.stanza import Presence as PresenceStanza
from slixmpp.types import MucAffiliation, PresenceArgs, PresenceShows
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

from contracts.base import Model
from contracts.presence import OwnPresence, Show
from services.chat.engine.client import XmppClient
from services.chat.engine.commands import Stanza
from services.chat.engine.occupancy import Occupancy, Refused, room_name
from services.chat.engine.room_commands import Attendance, RoomUpdate, Seat
from services.chat.engine.room_stanzas import read_archived, read_live
from services.chat.engine.stanzas import bare

log = structlog.get_logger(__name__)

TIMEOUT_S = 10
PAUSE_S = (5.0, 60.0)  # first and longest
GATHERING_S = 0.1
ARCHIVE = "urn:xmpp:mam:2"
LISTED: tuple[MucAffiliation, ...] = ("owner", "admin", "member")
SHOWN: dict[Show, PresenceShows] = {
    Show.CHAT: "chat",
    Show.AWAY: "away",
    Show.XA: "xa",
    Show.DND: "dnd",
}
ENDS = {
    "item-not-found": Attendance.DESTROYED,
    "gone": Attendance.DESTROYED,
    "registration-required": Attendance.REMOVED,
    "forbidden": Attendance.REMOVED,
}
"""What refusals mean; any other may be over some time."""


class Rooms:
    """Those that we were told to enter. `emit` gets each as it is, whenever something changed."""

    def __init__(
        self, client: XmppClient, emit: Callable[[Model], None], presence: OwnPresence
    ) -> None:
        self.client = client
        self._emit = emit
        self._presence = presence
        self._rooms: dict[str, Occupancy] = {}
        self._attending: dict[str, asyncio.Task[None]] = {}
        self._telling: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        client.register_handler(Callback("Rooms", StanzaPath("presence"), self._hear))
        client.add_event_handler("session_start", self._begin)

    def close(self) -> None:
        """Nothing more is done or told."""
        for task in (*self._attending.values(), *self._tasks):
            task.cancel()
        for timer in self._telling.values():
            timer.cancel()
        self._attending.clear()
        self._telling.clear()
        self._rooms.clear()

    def enter(self, seat: Seat) -> None:
        room = seat.conversation_id
        if (occupancy := self._rooms.get(room)) is not None:
            if occupancy.is_in:
                self.tell(occupancy)
            return
        self._attend(Occupancy(seat, self.client.own), is_in=False)

    def exit(self, room: str) -> Occupancy | None:
        """As it was, if we were in it."""
        occupancy = self._rooms.pop(room, None)
        if (task := self._attending.pop(room, None)) is not None:
            task.cancel()
        if (timer := self._telling.pop(room, None)) is not None:
            timer.cancel()
        if occupancy is None or not occupancy.is_in:
            return None
        self.client.send_presence(pto=f"{room}/{occupancy.nick}", ptype="unavailable")
        return occupancy

    def find(self, room: str | None) -> Occupancy | None:
        """One that we are in."""
        occupancy = self._rooms.get(room) if room is not None else None
        return occupancy if occupancy is not None and occupancy.is_in else None

    def put_presence(self, presence: OwnPresence) -> None:
        """Rooms are not told with the others (XEP-0045 section 7.13)."""
        self._presence = presence
        for occupancy in self._rooms.values():
            if occupancy.is_in:
                stanza = self.client.make_presence(**self._shown())
                stanza["to"] = f"{occupancy.room}/{occupancy.nick}"
                stanza.send()

    # messages

    def read(self, message: Message) -> Stanza | None:
        """What a message in a room that we are in says, as it comes."""
        occupancy = self._rooms.get(message["from"].bare)
        if occupancy is None or self.notice(message) or not occupancy.is_in:
            return None
        author = occupancy.author(message["from"].resource)
        return read_live(message, occupancy.room, self.client.own, author)

    def read_archived(self, message: Message, room: str, archive_id: str, at: Any) -> Stanza | None:
        """The same from its archive."""
        occupancy = self._rooms.get(room)
        if occupancy is None or message["from"].bare != room:
            return None
        author = occupancy.author(message["from"].resource)
        return read_archived(
            message,
            room,
            self.client.own,
            author,
            archive_id,
            at,
            is_anonymous=occupancy.is_anonymous,
        )

    def notice(self, message: Message) -> bool:
        """Whether it is news of a room itself."""
        occupancy = self._rooms.get(message["from"].bare)
        if occupancy is None:
            return False
        topic = occupancy.topic
        is_news = occupancy.notice(message)
        if is_news:
            self._heed(occupancy, is_changed=topic != occupancy.topic)
        return is_news

    # being in a room

    def begin_in(self, occupancy: Occupancy) -> None:
        """Go on in a room that was just made."""
        self._attend(occupancy, is_in=True)

    def add(self, occupancy: Occupancy) -> None:
        """Hear of it."""
        self._rooms[occupancy.room] = occupancy

    async def join(self, occupancy: Occupancy) -> None:
        """Raises Refused, TimeoutError."""
        own = self.client.own
        nicks = [occupancy.nick, own, f"{own}/{self.client.boundjid.resource}"]
        while True:
            occupancy.nick = nicks.pop(0)
            self.client.plugin["xep_0045"].make_join_stanza(
                JID(occupancy.room),
                occupancy.nick,
                maxstanzas=0,
                presence_options=self._shown(),
            ).send()
            occupancy.entry = self.client.loop.create_future()
            try:
                await asyncio.wait_for(occupancy.entry, TIMEOUT_S)
                return
            except Refused as error:
                if error.condition != "conflict" or not nicks:
                    raise

    async def look(self, occupancy: Occupancy) -> None:
        """What it says of itself. Raises IqError, IqTimeout."""
        found = await self.client.plugin["xep_0030"].get_info(
            JID(occupancy.room), timeout=TIMEOUT_S
        )
        info = found["disco_info"]
        occupancy.has_archive = ARCHIVE in info["features"]
        occupancy.is_anonymous = "muc_nonanonymous" not in info["features"]
        names = [name for category, _, _, name in info["identities"] if category == "conference"]
        occupancy.name = room_name(names[0] or "") if names else ""

    async def read_members(self, occupancy: Occupancy) -> None:
        """Who may be in it. A room that does not tell us has those who are."""
        muc = self.client.plugin["xep_0045"]
        answers = await asyncio.gather(
            *(
                muc.get_affiliation_list(JID(occupancy.room), each, timeout=TIMEOUT_S)
                for each in LISTED
            ),
            return_exceptions=True,
        )
        found: dict[str, str] = {}
        for affiliation, jids in zip(LISTED, answers, strict=True):
            if isinstance(jids, list):
                found.update({each: affiliation for each in map(bare, jids) if each is not None})
        occupancy.affiliations = found
        occupancy.is_stale = False

    def tell(self, occupancy: Occupancy) -> None:
        if (timer := self._telling.pop(occupancy.room, None)) is not None:
            timer.cancel()
        self._emit(occupancy.update())

    def _attend(self, occupancy: Occupancy, *, is_in: bool) -> None:
        self.add(occupancy)
        task = self.client.loop.create_task(self._stay(occupancy, is_in=is_in))
        self._attending[occupancy.room] = task

    async def _stay(self, occupancy: Occupancy, *, is_in: bool) -> None:
        """Be in the room, again and again, until that is over for good."""
        pause_s, longest_pause_s = PAUSE_S
        while True:
            end = await self._end(occupancy) if is_in else await self._visit(occupancy)
            if end is not Attendance.AWAY:
                break
            log.info("not in a room for now", has_joined=occupancy.has_joined)
            pause_s = PAUSE_S[0] if occupancy.has_joined else pause_s
            self._emit(RoomUpdate(seat=occupancy.seat, attendance=end))
            await asyncio.sleep(pause_s)
            pause_s, is_in = min(pause_s * 2, longest_pause_s), False
            occupancy = Occupancy(occupancy.seat, self.client.own)
            self.add(occupancy)
        self._rooms.pop(occupancy.room, None)
        self._attending.pop(occupancy.room, None)
        self._emit(RoomUpdate(seat=occupancy.seat, attendance=end))

    async def _visit(self, occupancy: Occupancy) -> Attendance:
        """Why it ended. A room that is not there is not made by entering it."""
        try:
            await self.look(occupancy)
            await self.join(occupancy)
        except (IqError, Refused) as error:
            return ENDS.get(error.condition, Attendance.AWAY)
        except (IqTimeout, TimeoutError):
            return Attendance.AWAY
        await self.read_members(occupancy)
        self.tell(occupancy)
        return await self._end(occupancy)

    async def _end(self, occupancy: Occupancy) -> Attendance:
        return await occupancy.over

    # what comes

    def _begin(self, _event: object) -> None:
        """Another stream is in no room yet."""
        self.close()

    def _hear(self, presence: StanzaBase) -> None:
        occupancy = self._rooms.get(presence["from"].bare)
        if occupancy is not None and isinstance(presence, PresenceStanza):
            occupancy.hear(presence)
            self._heed(occupancy, is_changed=True)

    def _heed(self, occupancy: Occupancy, *, is_changed: bool) -> None:
        """Tell soon what has changed: much comes at once."""
        is_due = occupancy.is_in and (is_changed or occupancy.is_stale)
        if is_due and occupancy.room in self._attending and occupancy.room not in self._telling:
            self._telling[occupancy.room] = self.client.loop.call_later(
                GATHERING_S, self._tell_later, occupancy
            )

    def _tell_later(self, occupancy: Occupancy) -> None:
        self._telling.pop(occupancy.room, None)
        if not occupancy.is_in:
            return
        if occupancy.is_stale:
            self.spawn(self._refresh(occupancy))
        else:
            self._emit(occupancy.update())

    async def _refresh(self, occupancy: Occupancy) -> None:
        try:
            await self.look(occupancy)
            await self.read_members(occupancy)
        except (IqError, IqTimeout) as error:
            log.info("a room does not tell of itself", reason=error.condition)
            occupancy.is_stale = False
        if self._rooms.get(occupancy.room) is occupancy and occupancy.is_in:
            self.tell(occupancy)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = self.client.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _shown(self) -> PresenceArgs:
        return PresenceArgs(
            pshow=SHOWN.get(self._presence.show), pstatus=self._presence.status or None
        )
