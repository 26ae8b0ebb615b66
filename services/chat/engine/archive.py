"""Pages of our archive at the server, and of those of rooms (XEP-0313)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.stanza import Iq, Message

from services.chat.engine.client import XmppClient
from services.chat.engine.commands import ArchivePage, ArchiveQuery, Stanza
from services.chat.engine.stanzas import read, short

log = structlog.get_logger(__name__)

TIMEOUT_S = 20
NAMESPACE = "urn:xmpp:mam:2"


RoomReader = Callable[[Message, str, str, datetime], Stanza | None]
"""Of a message, its room, what the archive calls it, and when it came there."""


@dataclass
class _Page:
    query: ArchiveQuery
    stanzas: list[Stanza] = field(default_factory=list)
    is_cut: bool = False
    """What came before is not for us."""


class Archive:
    """Reads pages; several at a time do not disturb each other."""

    def __init__(self, client: XmppClient, read_room: RoomReader) -> None:
        self._client = client
        self._read_room = read_room
        self._pages: dict[str, _Page] = {}
        self._is_offered: bool | None = None

    def forget_server(self) -> None:
        """Another stream may lead to another server."""
        self._is_offered = None

    def take(self, message: Message) -> None:
        """One result. What anybody but the archive's owner sends is none (CVE-2017-5589)."""
        result = message["mam_result"]
        page = self._pages.get(result["queryid"])
        if not self._is_owner(message["from"], page):
            log.warning("forged archive result", sender=message["from"].bare)
            return
        archive_id = short(result["id"])
        forwarded = result["forwarded"]
        if page is None or archive_id is None or not isinstance(forwarded["stanza"], Message):
            return
        if page.query.since_id == archive_id:
            page.stanzas.clear()
            page.is_cut = True
            return
        said, at, room = forwarded["stanza"], forwarded["delay"]["stamp"], page.query.archive
        if room is not None:
            stanza = self._read_room(said, room, archive_id, at)
        else:
            stanza = read(said, self._client.own, archive_id, at)
        if stanza is not None:
            page.stanzas.append(stanza)

    def _is_owner(self, sender: JID, page: _Page | None) -> bool:
        """Of a room's archive the room itself: those in it have its address with their nick."""
        if page is not None and page.query.archive is not None:
            return str(sender) == page.query.archive
        return sender.bare in ("", self._client.own)

    async def read(self, query: ArchiveQuery) -> ArchivePage:
        """Whatever happens, there is an answer."""
        answer = ArchivePage(query_id=query.query_id, archive=query.archive)
        try:
            if query.archive is None and not await self._is_there():
                return answer.model_copy(update={"is_without_archive": True})
            return answer.model_copy(update=await self._read(query))
        except IqError as error:
            return answer.model_copy(update={"error": error.condition})
        except IqTimeout:
            return answer.model_copy(update={"error": "timeout"})

    async def _is_there(self) -> bool:
        if self._is_offered is None:
            found = await self._client.plugin["xep_0030"].get_info(
                JID(self._client.own), timeout=TIMEOUT_S
            )
            self._is_offered = NAMESPACE in found["disco_info"]["features"]
        return self._is_offered

    async def _read(self, query: ArchiveQuery) -> dict[str, object]:
        page = self._pages[query.query_id] = _Page(query)
        try:
            answer = await self._request(query).send(timeout=TIMEOUT_S)
        finally:
            del self._pages[query.query_id]
        fin = answer["mam_fin"]
        is_end = page.is_cut and query.before is not None
        return {
            "stanzas": tuple(page.stanzas),
            "first": fin["rsm"]["first"] or None,
            "last": fin["rsm"]["last"] or None,
            "is_complete": is_end or fin["complete"] in ("true", "1"),
        }

    def _request(self, query: ArchiveQuery) -> Iq:
        iq = self._client.make_iq_set(ito=query.archive)
        iq["mam"]["queryid"] = query.query_id
        if query.with_jid is not None:
            iq["mam"]["with"] = query.with_jid
        if query.start is not None:
            iq["mam"]["start"] = query.start
        limits = iq["mam"]["rsm"]
        limits["max"] = str(query.limit)
        if query.after is not None:
            limits["after"] = query.after
        if query.before is not None:
            limits["before"] = query.before or True  # True: an empty element, the end
        return iq
