"""Whom the server keeps away from us (XEP-0191), as it tells all our devices."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from pydantic import TypeAdapter, ValidationError
from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout

from contracts.base import Model
from contracts.blocking import MOST_BLOCKED
from contracts.identity import BareJid
from services.chat.engine.client import XmppClient
from services.chat.engine.people_update import BlockListUpdate

log = structlog.get_logger(__name__)

TIMEOUT_S = 10
_address: TypeAdapter[str] = TypeAdapter(BareJid)


class BlockListNode:
    """Follows one stream."""

    def __init__(self, client: XmppClient, emit: Callable[[Model], None]) -> None:
        self._client = client
        self._emit = emit
        self._jids: set[str] = set()
        self._told: BlockListUpdate | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        client.add_event_handler("session_start", self._begin)
        client.add_event_handler("blocked", self._add)
        client.add_event_handler("unblocked", self._remove)

    def snapshot(self) -> BlockListUpdate | None:
        """None before the server has told it for the first time."""
        return self._told

    async def put(self, jid: str, *, is_blocked: bool) -> None:
        """Raises IqError, IqTimeout."""
        plugin = self._client.plugin["xep_0191"]
        change = plugin.block if is_blocked else plugin.unblock
        await change(JID(jid), timeout=TIMEOUT_S)
        self._change(self._jids | {jid} if is_blocked else self._jids - {jid})

    def _begin(self, _event: object) -> None:
        task = asyncio.get_event_loop().create_task(self._read())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self) -> None:
        try:
            found = await self._client.plugin["xep_0191"].get_blocked_jids(timeout=TIMEOUT_S)
        except IqError as error:
            log.info("nobody can be blocked", reason=error.condition)
            self._tell(BlockListUpdate(is_offered=False))
        except IqTimeout:
            log.warning("block list not read")
        else:
            self._change({str(each) for each in found})

    def _add(self, iq: Any) -> None:
        self._change(self._jids | _jids_in(iq["block"]))

    def _remove(self, iq: Any) -> None:
        """Without a name it is about everybody (XEP-0191 section 3.3)."""
        named = _jids_in(iq["unblock"])
        self._change(self._jids - named if named else set())

    def _change(self, jids: set[str]) -> None:
        """Whole domains can be blocked by other clients: they are kept there, not shown here."""
        self._jids = jids
        people = sorted(filter(_is_address, jids))[:MOST_BLOCKED]
        self._tell(BlockListUpdate(is_offered=True, jids=tuple(people)))

    def _tell(self, update: BlockListUpdate) -> None:
        if update != self._told:
            self._told = update
            self._emit(update)


def _jids_in(command: Any) -> set[str]:
    return {str(item["jid"]) for item in command["substanzas"]}


def _is_address(text: str) -> bool:
    try:
        return _address.validate_python(text) == text
    except ValidationError:
        return False
