"""What a person does about rooms: beginning one, adding people, renaming, leaving."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from uuid import uuid4

from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.xmlstream import ET

from contracts.identity import BareJid
from contracts.rooms import RoomProblem
from services.chat.engine.archive import Archive
from services.chat.engine.bookmarks import Bookmarks
from services.chat.engine.commands import ArchiveQuery
from services.chat.engine.occupancy import Occupancy, Refused
from services.chat.engine.room_commands import RoomAnswer, RoomQuery, RoomTask, Seat
from services.chat.engine.rooms import TIMEOUT_S, Rooms
from services.chat.engine.stanzas import PLACE, bare

MUC = "http://jabber.org/protocol/muc"
TOPIC_TIMEOUT_S = 5
PRIVATE: dict[str, bool | str] = {
    "muc#roomconfig_membersonly": True,
    "muc#roomconfig_persistentroom": True,
    "muc#roomconfig_publicroom": False,
    "muc#roomconfig_whois": "anyone",
    "muc#roomconfig_changesubject": True,
    "muc#roomconfig_enablearchiving": True,  # Prosody
    "mam": True,  # ejabberd
}
"""As our rooms are, as far as the server has these fields."""
NEEDED = "muc#roomconfig_membersonly"
NAME = "muc#roomconfig_roomname"
_NOT_ALLOWED = ("forbidden", "not-allowed")


class TaskFailed(Exception):
    """It was not done, or not wholly."""

    def __init__(self, problem: RoomProblem, detail: str = "") -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


class RoomTasks:
    """Does one after another what the service asks."""

    def __init__(self, rooms: Rooms, archive: Archive, bookmarks: Bookmarks) -> None:
        self._rooms = rooms
        self._client = rooms.client
        self._muc = rooms.client.plugin["xep_0045"]
        self._archive = archive
        self._bookmarks = bookmarks
        self._service: str | None = None
        self._tasks: dict[RoomTask, Callable[[RoomQuery], Awaitable[BareJid]]] = {
            RoomTask.CREATE: self._create,
            RoomTask.CHANGE: self._change,
            RoomTask.ADD: self._add,
            RoomTask.LEAVE: self._leave,
        }

    async def answer(self, query: RoomQuery) -> RoomAnswer:
        """Never raises: what goes wrong is the answer's problem."""
        owners: tuple[BareJid, ...] = ()
        try:
            if query.task is RoomTask.INSPECT and query.conversation_id is not None:
                room, owners = query.conversation_id, await self._owners(query.conversation_id)
            else:
                room = await self._tasks[query.task](query)
        except TaskFailed as error:
            problem, detail = error.problem, error.detail
        except IqError as error:
            is_ours = error.condition in _NOT_ALLOWED
            problem = RoomProblem.NOT_ALLOWED if is_ours else RoomProblem.REFUSED
            detail = error.condition
        except Refused as error:
            problem, detail = RoomProblem.REFUSED, error.condition
        except (IqTimeout, TimeoutError) as error:
            problem, detail = RoomProblem.UNREACHABLE, type(error).__name__
        else:
            return RoomAnswer(query_id=query.query_id, conversation_id=room, owners=owners)
        return RoomAnswer(query_id=query.query_id, problem=problem, detail=detail)

    # the tasks

    async def _create(self, query: RoomQuery) -> BareJid:
        service = await self._find_service()
        own = self._client.own
        seat = Seat(
            conversation_id=f"{uuid4().hex[:16]}@{service}",
            name=query.name or "",
            nick=self._client.boundjid.local,
            since=datetime.now(UTC),
            since_id="",
        )
        occupancy = Occupancy(seat, own)
        self._rooms.add(occupancy)
        try:
            await self._rooms.join(occupancy)
            if not occupancy.is_created:
                raise TaskFailed(RoomProblem.REFUSED, "the room was there already")
            await self._configure(occupancy, {**PRIVATE, NAME: query.name or ""})
            await self._make_members(occupancy, query.members)
            await self._rooms.look(occupancy)
            await self._rooms.read_members(occupancy)
        except (TaskFailed, Refused, IqError, IqTimeout, TimeoutError):
            await self._undo(occupancy)
            raise
        self._rooms.begin_in(occupancy)
        self._rooms.tell(occupancy)
        self._invite(occupancy, query.members, since_id="")
        return occupancy.room

    async def _change(self, query: RoomQuery) -> BareJid:
        occupancy = self._find(query)
        if query.name is not None:
            await self._configure(occupancy, {NAME: query.name})
            await self._rooms.look(occupancy)
        if query.topic is not None:
            told = occupancy.await_topic()
            self._muc.set_subject(JID(occupancy.room), query.topic)
            await asyncio.wait_for(told, TOPIC_TIMEOUT_S)
        self._rooms.tell(occupancy)
        return occupancy.room

    async def _add(self, query: RoomQuery) -> BareJid:
        occupancy = self._find(query)
        page = await self._archive.read(
            ArchiveQuery(query_id=query.query_id, archive=occupancy.room, before="", limit=1)
        )
        await self._make_members(occupancy, query.members)
        self._invite(occupancy, query.members, since_id=page.last)
        await self._rooms.read_members(occupancy)
        self._rooms.tell(occupancy)
        return occupancy.room

    async def _leave(self, query: RoomQuery) -> BareJid:
        """A room must not be left without an owner (XEP-0045 section 10.5)."""
        occupancy = self._find(query)
        own, room = self._client.own, JID(occupancy.room)
        others = [jid for jid in sorted(occupancy.affiliations) if jid != own]
        is_last_owner = occupancy.is_owner and not any(
            occupancy.affiliations[jid] == "owner" for jid in others
        )
        if is_last_owner and others:
            await self._muc.set_affiliation(room, "owner", jid=others[0], timeout=TIMEOUT_S)
        self._rooms.exit(occupancy.room)
        await self._bookmarks.leave(occupancy.room)  # else our other clients are removed from it
        if is_last_owner and not others:
            await self._muc.destroy(room, timeout=TIMEOUT_S)
        elif occupancy.is_owner:
            await self._muc.set_affiliation(room, "none", jid=own, timeout=TIMEOUT_S)
        else:
            await self._unregister(room)
        return occupancy.room

    async def _owners(self, room: BareJid) -> tuple[BareJid, ...]:
        """Which a room for members tells those that it has invited."""
        found = await self._muc.get_affiliation_list(JID(room), "owner", timeout=TIMEOUT_S)
        return tuple(each for each in map(bare, found) if each is not None)

    # their parts

    def _find(self, query: RoomQuery) -> Occupancy:
        occupancy = self._rooms.find(query.conversation_id)
        if occupancy is None:
            raise TaskFailed(RoomProblem.UNREACHABLE, "not in the room at the moment")
        return occupancy

    async def _find_service(self) -> str:
        if self._service is None:
            disco = self._client.plugin["xep_0030"]
            found = await disco.get_info_from_domain(
                domain=self._client.boundjid.host, timeout=TIMEOUT_S
            )
            for info in found:
                if info["type"] == "result" and _is_service(info["disco_info"]):
                    self._service = info["from"].bare
                    return self._service
            raise TaskFailed(RoomProblem.NOT_OFFERED)
        return self._service

    async def _configure(self, occupancy: Occupancy, wanted: dict[str, bool | str]) -> None:
        """Of what the room can be only this is changed."""
        room = JID(occupancy.room)
        offered = (await self._muc.get_room_config(room, timeout=TIMEOUT_S)).get_fields()
        if NEEDED in wanted and NEEDED not in offered:
            raise TaskFailed(RoomProblem.NOT_OFFERED, "no rooms for members only")
        form = self._client.plugin["xep_0004"].make_form(ftype="submit")
        form.add_field(var="FORM_TYPE", ftype="hidden", value=f"{MUC}#roomconfig")
        for name, value in wanted.items():
            if name in offered:
                is_boolean = isinstance(value, bool)
                form.add_field(
                    var=name, ftype="boolean" if is_boolean else "text-single", value=value
                )
        await self._muc.set_room_config(room, form, timeout=TIMEOUT_S)

    async def _make_members(self, occupancy: Occupancy, jids: Iterable[BareJid]) -> None:
        """One by one: servers take no more at a time."""
        room = JID(occupancy.room)
        new = [jid for jid in jids if occupancy.affiliations.get(jid) is None]
        await asyncio.gather(
            *(
                self._muc.set_affiliation(room, "member", jid=jid, timeout=TIMEOUT_S)
                for jid in new
                if jid != self._client.own
            )
        )

    def _invite(
        self, occupancy: Occupancy, jids: Iterable[BareJid], *, since_id: str | None
    ) -> None:
        """By ourselves (XEP-0249); the server keeps it for those who are away."""
        for jid in jids:
            message = self._client.make_message(mto=jid, mtype="normal")
            message["id"] = uuid4().hex
            message["groupchat_invite"]["jid"] = occupancy.room
            message["groupchat_invite"]["reason"] = occupancy.name or occupancy.seat.name
            if since_id is not None:
                message.append(ET.Element(PLACE, {"after": since_id}))
            message.enable("store")
            message.send()

    async def _unregister(self, room: JID) -> None:
        """Be no member any more, where the server lets members say so (XEP-0045 section 7.10)."""
        iq = self._client.make_iq_set(ito=room)
        iq.append(ET.fromstring("<query xmlns='jabber:iq:register'><remove/></query>"))
        try:
            await iq.send(timeout=TIMEOUT_S)
        except IqError:
            return

    async def _undo(self, occupancy: Occupancy) -> None:
        is_ours = occupancy.is_in and occupancy.is_created
        self._rooms.exit(occupancy.room)
        if is_ours:
            try:
                await self._muc.destroy(JID(occupancy.room), timeout=TIMEOUT_S)
            except (IqError, IqTimeout):
                return


def _is_service(info: object) -> bool:
    """Whether it makes rooms, and is no gateway to other networks."""
    identities = {(category, kind) for category, kind, _, _ in info["identities"]}  # type: ignore[index]
    return MUC in info["features"] and ("conference", "text") in identities  # type: ignore[index]
