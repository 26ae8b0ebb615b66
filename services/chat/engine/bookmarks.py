"""Which rooms our clients are to be in: bookmarks at the server (XEP-0402)."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any
from xml.etree import ElementTree as ET

import structlog
from pydantic import AwareDatetime, TypeAdapter, ValidationError
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.plugins.xep_0402 import stanza

from contracts.base import Model
from contracts.rooms import LONGEST_NICK, LONGEST_ROOM_NAME
from services.chat.engine.client import XmppClient
from services.chat.engine.private_nodes import publish
from services.chat.engine.room_commands import Bookmark, BookmarksUpdate, Seat
from services.chat.engine.stanzas import PLACE, bare, short
from services.chat.plain_text import one_line

log = structlog.get_logger(__name__)

TIMEOUT_S = 10
MOST_BOOKMARKS = 500
EVENT = "{http://jabber.org/protocol/pubsub#event}"
PUBSUB = "{http://jabber.org/protocol/pubsub}"
CONFERENCE = f"{{{stanza.NS}}}conference"
EXTENSIONS = f"{{{stanza.NS}}}extensions"
NICK = f"{{{stanza.NS}}}nick"
_time: TypeAdapter[datetime] = TypeAdapter(AwareDatetime)


class Bookmarks:
    """Follows one stream."""

    def __init__(self, client: XmppClient, emit: Callable[[Model], None]) -> None:
        self._client = client
        self._emit = emit
        self._tasks: set[asyncio.Task[None]] = set()
        stanza.register_plugin()
        client.plugin["xep_0163"].register_pep("bookmarks", stanza.Conference)
        client.add_event_handler("session_start", self._begin)
        client.add_event_handler("bookmarks_publish", self._hear)
        client.add_event_handler("bookmarks_retract", self._hear)

    def put(self, seat: Seat) -> None:
        self._spawn(self._put(seat))

    def delete(self, room: str) -> None:
        self._spawn(self.leave(room))

    async def leave(self, room: str) -> None:
        """Our clients are to be in it no longer. Not every server tells them that a bookmark is
        gone, so it is changed before."""
        try:
            await self._publish(room, stanza.Conference(), is_entered=False)
            await self._client.plugin["xep_0060"].retract(
                self._client.own, stanza.NS, room, notify=True, timeout=TIMEOUT_S
            )
        except (IqError, IqTimeout) as error:
            if error.condition != "item-not-found":
                log.info("our clients are not told of a room", reason=error.condition)
                return
        self._emit(BookmarksUpdate(is_whole=False, deleted=(room,)))

    def _begin(self, _event: object) -> None:
        self._spawn(self._read())

    def _hear(self, message: Any) -> None:
        """slixmpp tells each item of a message; all of them are taken each time."""
        if message["from"].bare != self._client.own:  # nobody else says where we are
            return
        found = _bookmarks(message.xml.iter(f"{EVENT}item"))
        gone = (bare(each.get("id") or "") for each in message.xml.iter(f"{EVENT}retract"))
        deleted = tuple(each for each in gone if each is not None)
        if found or deleted:
            self._emit(BookmarksUpdate(is_whole=False, bookmarks=found, deleted=deleted))

    async def _read(self) -> None:
        try:
            answer = await self._client.plugin["xep_0060"].get_items(
                self._client.own, stanza.NS, timeout=TIMEOUT_S
            )
        except IqError as error:
            if error.condition == "item-not-found":  # nobody has kept any yet
                self._emit(BookmarksUpdate(is_whole=True))
            log.debug("no bookmarks", reason=error.condition)
        except IqTimeout:
            log.info("bookmarks not readable")
        else:
            found = _bookmarks(answer.xml.iter(f"{PUBSUB}item"))
            self._emit(BookmarksUpdate(is_whole=True, bookmarks=found))

    async def _put(self, seat: Seat) -> None:
        element = stanza.Conference()
        element["name"] = seat.name
        element["nick"] = seat.nick
        place = {"since": seat.since.isoformat()}
        if seat.since_id is not None:
            place["after"] = seat.since_id
        element["extensions"].xml.append(ET.Element(PLACE, place))
        try:
            await self._publish(seat.conversation_id, element, is_entered=True)
        except (IqError, IqTimeout) as error:
            log.info("our clients are not told of a room", reason=error.condition)
        else:
            self._tell_put(seat)

    def _tell_put(self, seat: Seat) -> None:
        """The server need not tell whoever did it."""
        bookmark = Bookmark(
            conversation_id=seat.conversation_id,
            name=seat.name,
            nick=seat.nick,
            is_entered=True,
            since=seat.since,
            since_id=seat.since_id,
        )
        self._emit(BookmarksUpdate(is_whole=False, bookmarks=(bookmark,)))

    async def _publish(self, room: str, element: stanza.Conference, *, is_entered: bool) -> None:
        element["autojoin"] = is_entered
        await publish(self._client, stanza.NS, room, element, TIMEOUT_S)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_event_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _bookmarks(items: Any) -> tuple[Bookmark, ...]:
    found = (_bookmark(item) for item in list(items)[:MOST_BOOKMARKS])
    return tuple(each for each in found if each is not None)


def _bookmark(item: Any) -> Bookmark | None:
    conference, room = item.find(CONFERENCE), bare(item.get("id") or "")
    if conference is None or room is None:
        return None
    place = conference.find(f"{EXTENSIONS}/{PLACE}")
    return Bookmark(
        conversation_id=room,
        name=one_line(conference.get("name") or "", LONGEST_ROOM_NAME),
        nick=one_line(conference.findtext(NICK) or "", LONGEST_NICK),
        is_entered=conference.get("autojoin") in ("true", "1"),
        since=_since(place),
        since_id=_since_id(place),
    )


def _since(place: Any) -> datetime | None:
    try:
        return _time.validate_python(place.get("since")) if place is not None else None
    except ValidationError:
        return None


def _since_id(place: Any) -> str | None:
    found: str | None = place.get("after") if place is not None else None
    return found if found == "" else short(found)
