"""What our devices have displayed, told among them by a node of our account (XEP-0490)."""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.plugins.xep_0490 import stanza

from contracts.base import Model
from services.chat.engine.client import XmppClient
from services.chat.engine.commands import Displayed, DisplayedUpdate
from services.chat.engine.private_nodes import publish
from services.chat.engine.stanzas import bare, short

log = structlog.get_logger(__name__)

TIMEOUT_S = 10
STANZA_ID = "{urn:xmpp:sid:0}stanza-id"


class DisplayedNode:
    """Follows one stream."""

    def __init__(self, client: XmppClient, emit: Callable[[Model], None]) -> None:
        self._client = client
        self._emit = emit
        self._tasks: set[asyncio.Task[None]] = set()
        client.add_event_handler("session_start", self._begin)
        client.add_event_handler("message_displayed_synchronization_publish", self._hear)

    def put(self, conversation_id: str, archive_id: str, *, is_groupchat: bool) -> None:
        """Tell the others. What is in a room has the id of the room's archive."""
        owner = conversation_id if is_groupchat else self._client.own
        self._spawn(self._put(conversation_id, archive_id, owner))

    def _begin(self, _event: object) -> None:
        self._spawn(self._read())

    def _hear(self, message: Any) -> None:
        if message["from"].bare == self._client.own:  # nobody else says what we have seen
            self._tell(message["pubsub_event"]["items"])

    async def _read(self) -> None:
        try:
            answer = await self._client.plugin["xep_0490"].catch_up(timeout=TIMEOUT_S)
        except (IqError, IqTimeout) as error:  # item-not-found: no device has told anything yet
            log.debug("no read positions", reason=error.condition)
        else:
            self._tell(answer["pubsub"]["items"])

    async def _put(self, conversation_id: str, archive_id: str, owner: str) -> None:
        element = stanza.Displayed()
        element["stanza_id"]["id"] = archive_id
        element["stanza_id"]["by"] = owner  # which slixmpp's `flag_chat` leaves out
        try:
            await publish(self._client, stanza.NS, conversation_id, element, TIMEOUT_S)
        except (IqError, IqTimeout) as error:
            log.info("our devices are not told what was read", reason=error.condition)

    def _tell(self, items: Any) -> None:
        # slixmpp iterates over the same object while it calls us, and the object is the iterator
        found = (self._displayed(item) for item in items["substanzas"])
        displayed = tuple(each for each in found if each is not None)
        if displayed:
            self._emit(DisplayedUpdate(displayed=displayed))

    def _displayed(self, item: Any) -> Displayed | None:
        payload = item["payload"]
        stanza_id = payload.find(STANZA_ID) if payload is not None else None
        conversation_id = bare(item["id"] or "")
        if stanza_id is None or conversation_id is None:
            return None
        archive_id = short(stanza_id.get("id"))
        owners = (None, self._client.own, conversation_id)
        if archive_id is None or stanza_id.get("by") not in owners:
            return None
        return Displayed(conversation_id=conversation_id, archive_id=archive_id)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_event_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
