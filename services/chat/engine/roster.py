"""The roster as the server has it, with everybody's presence; changes go out in batches."""

from collections.abc import Callable
from typing import Any

import structlog
from pydantic import ValidationError
from slixmpp import ClientXMPP
from slixmpp.stanza import Iq
from slixmpp.stanza import Presence as PresenceStanza
from slixmpp.xmlstream import StanzaBase

from contracts.base import Model
from contracts.presence import LONGEST_STATUS, Presence, Show
from contracts.roster import (
    LARGEST_ROSTER,
    LONGEST_NAME,
    MOST_GROUPS,
    RosterItem,
    Subscription,
)
from services.chat.devices import Device, presence_of
from services.chat.engine.roster_update import RosterUpdate
from services.chat.plain_text import one_line

log = structlog.get_logger(__name__)

GATHERING_S = 0.1
PRESENCE_AFTER_S = 1.0
"""At its beginning a stream brings everybody's presence; who has sent none by then is offline."""
MOST_DEVICES = 16


class Roster:
    """Follows one stream. `emit` gets what has changed, each item whole."""

    def __init__(self, stream: ClientXMPP, emit: Callable[[Model], None]) -> None:
        self._stream = stream
        self._emit = emit
        self._is_known = False
        self._items: dict[str, RosterItem] = {}
        self._devices: dict[str, dict[str, Device]] = {}
        self._heard = 0
        self._told: dict[str, RosterItem] = {}
        self._changed: set[str] = set()
        self._telling: Any = None
        stream.add_event_handler("session_start", self._begin)
        stream.add_event_handler("roster_update", self._take)
        stream.add_filter("in", self._intercept)

    def snapshot(self) -> RosterUpdate | None:
        """All items; None before the server has told them for the first time."""
        if not self._is_known:
            return None
        return RosterUpdate(items=tuple(map(self._current, self._items)))

    def _begin(self, _: object) -> None:
        """Ask for the roster, before anything is said of us (RFC 6121 section 2.2)."""
        self._devices.clear()
        self._stream.client_roster.version = ""  # of which all is told, not what differs
        self._stream.get_roster()
        self._stream.loop.call_later(PRESENCE_AFTER_S, self._tell_all)

    def _take(self, iq: Iq) -> None:
        """The answer to our question, or a push (RFC 6121 sections 2.1.4 and 2.1.6)."""
        if iq["type"] == "result":
            self._is_known = True
            self._changed |= self._items.keys()
            self._items.clear()
        for jid, values in iq["roster"]["items"].items():
            self._put(jid.bare, values)
        self._tell_soon()

    def _put(self, jid: str, values: dict[str, Any]) -> None:
        self._changed.add(jid)
        item = None if values["subscription"] == "remove" else _item(jid, values)
        if item is None or (len(self._items) >= LARGEST_ROSTER and jid not in self._items):
            self._items.pop(jid, None)
            self._devices.pop(jid, None)
        else:
            self._items[jid] = item

    def _intercept(self, stanza: StanzaBase) -> StanzaBase | None:
        """Contacts' presence comes by the thousand: slixmpp's dozens of handlers do not see it."""
        is_presence = isinstance(stanza, PresenceStanza) and stanza.xml.get("type") in _TYPES
        if not is_presence or stanza["from"].bare not in self._items:
            return stanza
        self._hear(stanza)
        self._stream.event("presence", stanza)
        return None

    def _hear(self, stanza: StanzaBase) -> None:
        who, kind = stanza["from"], stanza["type"]
        devices = self._devices.setdefault(who.bare, {})
        if kind == "error" or (kind == "unavailable" and not who.resource):
            devices.clear()
        elif kind == "unavailable":
            devices.pop(who.resource, None)
        elif kind in _SHOWS and (who.resource in devices or len(devices) < MOST_DEVICES):
            self._heard += 1
            devices[who.resource] = Device(_presence(stanza), stanza["priority"], self._heard)
        self._changed.add(who.bare)
        self._tell_soon()

    def _current(self, jid: str) -> RosterItem:
        presence = presence_of(self._devices.get(jid, {}).values())
        return self._items[jid].model_copy(update={"presence": presence})

    # telling

    def _tell_all(self) -> None:
        self._changed |= self._items.keys()
        self._tell()

    def _tell_soon(self) -> None:
        if self._telling is None:
            self._telling = self._stream.loop.call_later(GATHERING_S, self._tell)

    def _tell(self) -> None:
        if self._telling is not None:
            self._telling.cancel()
            self._telling = None
        changed, self._changed = self._changed, set()
        items = [self._current(jid) for jid in changed if jid in self._items]
        new = tuple(item for item in items if item != self._told.get(item.jid))
        deleted = tuple(self._told.keys() & changed - self._items.keys())
        for item in new:
            self._told[item.jid] = item
        for jid in deleted:
            del self._told[jid]
        if new or deleted:
            self._emit(RosterUpdate(items=new, deleted=deleted))


_TYPES = (None, "unavailable", "error")
"""Of presence; others are about subscriptions."""
_SHOWS = {each.value: each for each in Show if each is not Show.OFFLINE}
"""By what slixmpp calls the type of a presence."""


def _item(jid: str, values: dict[str, Any]) -> RosterItem | None:
    """None if it is not a person's."""
    groups = (one_line(group, LONGEST_NAME) for group in values["groups"])
    try:
        return RosterItem(
            jid=jid,
            revision=0,
            name=one_line(values["name"], LONGEST_NAME),
            groups=tuple(sorted({group for group in groups if group})[:MOST_GROUPS]),
            subscription=values["subscription"] or Subscription.NONE,
        )
    except ValidationError:
        log.info("roster item ignored", domain=jid.rpartition("@")[2])
        return None


def _presence(stanza: StanzaBase) -> Presence:
    return Presence(show=_SHOWS[stanza["type"]], status=one_line(stanza["status"], LONGEST_STATUS))
