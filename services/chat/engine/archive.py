"""Pages of our archive at the server (XEP-0313)."""

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


class Archive:
    """Reads pages; several at a time do not disturb each other."""

    def __init__(self, client: XmppClient) -> None:
        self._client = client
        self._pages: dict[str, list[Stanza]] = {}
        self._is_offered: bool | None = None

    def forget_server(self) -> None:
        """Another stream may lead to another server."""
        self._is_offered = None

    def take(self, message: Message) -> None:
        """One result. What anybody but our own server sends is none (CVE-2017-5589)."""
        result = message["mam_result"]
        if message["from"].bare not in ("", self._client.own):
            log.warning("forged archive result", sender=message["from"].bare)
            return
        page = self._pages.get(result["queryid"])
        archive_id = short(result["id"])
        forwarded = result["forwarded"]
        if page is None or archive_id is None or not isinstance(forwarded["stanza"], Message):
            return
        stanza = read(
            forwarded["stanza"], self._client.own, archive_id, forwarded["delay"]["stamp"]
        )
        if stanza is not None:
            page.append(stanza)

    async def read(self, query: ArchiveQuery) -> ArchivePage:
        """Whatever happens, there is an answer."""
        try:
            if not await self._is_there():
                return ArchivePage(query_id=query.query_id, is_without_archive=True)
            return await self._read(query)
        except IqError as error:
            return ArchivePage(query_id=query.query_id, error=error.condition)
        except IqTimeout:
            return ArchivePage(query_id=query.query_id, error="timeout")

    async def _is_there(self) -> bool:
        if self._is_offered is None:
            found = await self._client.plugin["xep_0030"].get_info(
                JID(self._client.own), timeout=TIMEOUT_S
            )
            self._is_offered = NAMESPACE in found["disco_info"]["features"]
        return self._is_offered

    async def _read(self, query: ArchiveQuery) -> ArchivePage:
        page = self._pages[query.query_id] = []
        try:
            answer = await self._request(query).send(timeout=TIMEOUT_S)
        finally:
            del self._pages[query.query_id]
        fin = answer["mam_fin"]
        return ArchivePage(
            query_id=query.query_id,
            stanzas=tuple(page),
            first=fin["rsm"]["first"] or None,
            last=fin["rsm"]["last"] or None,
            is_complete=fin["complete"] in ("true", "1"),
        )

    def _request(self, query: ArchiveQuery) -> Iq:
        iq = self._client.make_iq_set()
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
