"""One room while we are in it: who else is, and what it is called (XEP-0045)."""

import asyncio
from dataclasses import dataclass

from slixmpp.stanza import Message
from slixmpp.stanza import Presence as PresenceStanza

from contracts.presence import Presence, Show
from contracts.rooms import (
    LONGEST_NICK,
    LONGEST_ROOM_NAME,
    LONGEST_TOPIC,
    MOST_MEMBERS,
    RoomMember,
)
from services.chat.devices import Device, presence_of
from services.chat.engine.room_commands import Attendance, RoomUpdate, Seat
from services.chat.engine.stanzas import bare
from services.chat.plain_text import one_line

MOST_OCCUPANTS = 1000
SHOWS = {each.value: each for each in Show if each is not Show.OFFLINE}
OURS, CREATED, NEW_NICK, SHUT_DOWN, TECHNICAL = 110, 201, 303, 332, 333
"""Status codes, XEP-0045 section 15.6.2."""


class Refused(Exception):
    """We are not let in."""

    def __init__(self, condition: str) -> None:
        super().__init__(condition)
        self.condition = condition


@dataclass(frozen=True)
class Occupant:
    """Somebody who is in the room, with one nick."""

    jid: str | None
    """None: the room does not tell."""
    affiliation: str
    device: Device


class Occupancy:
    """What the room's stanzas say. Runs in the loop of its stream."""

    def __init__(self, seat: Seat, own: str) -> None:
        self.seat = seat
        self.nick = seat.nick
        self.name = ""
        self.topic = ""
        self.has_archive = False
        self.is_anonymous = True
        self.affiliations: dict[str, str] = {}
        """Of owners, admins and members, by address."""
        self.is_created = False
        self.is_stale = False
        """Somebody became a member or is none any more, or the room was configured."""
        self.has_joined = False
        self.entry: asyncio.Future[None] | None = None
        """While we ask to be let in."""
        self.over: asyncio.Future[Attendance] = asyncio.get_event_loop().create_future()
        self._own = own
        self._occupants: dict[str, Occupant] = {}
        self._heard = 0
        self._topic_told: asyncio.Future[None] | None = None

    @property
    def room(self) -> str:
        return self.seat.conversation_id

    @property
    def is_in(self) -> bool:
        return self.has_joined and not self.over.done()

    @property
    def is_owner(self) -> bool:
        return self.affiliations.get(self._own) == "owner"

    def await_topic(self) -> "asyncio.Future[None]":
        """Until the room tells one."""
        self._topic_told = asyncio.get_event_loop().create_future()
        return self._topic_told

    def author(self, nick: str) -> str | None:
        """Whose nick it is; None: the room does not tell."""
        if self.is_anonymous and nick == self.nick:
            return self._own
        occupant = self._occupants.get(nick)
        return occupant.jid if occupant is not None else None

    def update(self) -> RoomUpdate:
        return RoomUpdate(
            seat=self.seat.model_copy(update={"nick": self.nick}),
            attendance=Attendance.JOINED,
            name=self.name,
            topic=self.topic,
            is_owner=self.is_owner,
            has_archive=self.has_archive,
            members=self._members(),
        )

    # presences

    def hear(self, stanza: PresenceStanza) -> None:
        nick, kind = stanza["from"].resource, stanza["type"]
        if kind == "error":
            if self.entry is not None and not self.entry.done():
                self.entry.set_exception(Refused(stanza["error"]["condition"]))
        elif kind == "unavailable":
            self._goes(nick, stanza)
        elif kind in SHOWS and nick:
            self._is_there(nick, stanza)

    def _is_there(self, nick: str, stanza: PresenceStanza) -> None:
        muc = stanza["muc"]
        known = self._occupants.get(nick)
        if known is None and len(self._occupants) >= MOST_OCCUPANTS:
            return
        self._heard += 1
        device = Device(Presence(show=SHOWS[stanza["type"]]), 0, self._heard)
        occupant = Occupant(bare(muc["jid"]), muc["affiliation"], device)
        self._occupants[nick] = occupant
        if occupant.jid is not None:
            affiliation = self.affiliations.get(occupant.jid, "none")
            self.is_stale |= affiliation != occupant.affiliation
        codes = muc["status_codes"]
        if OURS in codes:
            self.nick = nick
            self.is_created |= CREATED in codes
            self.has_joined = True
            if self.entry is not None and not self.entry.done():
                self.entry.set_result(None)

    def _goes(self, nick: str, stanza: PresenceStanza) -> None:
        muc = stanza["muc"]
        codes = muc["status_codes"]
        gone = self._occupants.pop(nick, None)
        if NEW_NICK in codes and gone is not None and muc["item_nick"]:
            self._occupants[muc["item_nick"]] = gone
            if nick == self.nick:
                self.nick = muc["item_nick"]
            return
        if gone is not None and gone.affiliation != muc["affiliation"]:
            self.is_stale = True
        if self.is_in and (OURS in codes or nick == self.nick):
            self.over.set_result(_why(stanza, codes))

    # messages

    def notice(self, message: Message) -> bool:
        """Whether it is the room's own, and no message in it."""
        is_subject = message.xml.find("{jabber:client}subject") is not None
        if is_subject and not message["body"] and not message["thread"]:
            self.topic = one_line(message["subject"] or "", LONGEST_TOPIC)
            if self._topic_told is not None and not self._topic_told.done():
                self._topic_told.set_result(None)
            return True
        if message["from"].resource:
            return False
        if message["type"] != "error":
            self.is_stale |= message.get_plugin("muc", check=True) is not None
        return True

    def _members(self) -> tuple[RoomMember, ...]:
        devices: dict[str, list[Device]] = {}
        nicks: dict[str, str] = {}
        for nick, occupant in self._occupants.items():
            if occupant.jid is not None:
                devices.setdefault(occupant.jid, []).append(occupant.device)
                nicks.setdefault(occupant.jid, one_line(nick, LONGEST_NICK))
        members = [
            RoomMember(
                jid=jid,
                name=nicks.get(jid) or jid.partition("@")[0][:LONGEST_NICK],
                is_owner=self.affiliations.get(jid) == "owner",
                show=presence_of(devices.get(jid, ())).show,
            )
            for jid in self.affiliations.keys() | nicks.keys()
        ]
        members.sort(key=lambda each: (each.name.casefold(), each.jid))
        return tuple(members[:MOST_MEMBERS])


def room_name(text: str) -> str:
    """As it may be shown."""
    return one_line(text, LONGEST_ROOM_NAME)


def _why(stanza: PresenceStanza, codes: set[int]) -> Attendance:
    """Why we are in the room no longer. A room that is shut down is there again later."""
    if stanza["muc"].get_plugin("destroy", check=True) is not None:
        return Attendance.DESTROYED
    is_told = codes & {301, 307, 321, 322}
    if is_told and not codes & {SHUT_DOWN, TECHNICAL}:
        return Attendance.REMOVED
    return Attendance.AWAY
