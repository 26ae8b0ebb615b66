"""Pictures of people at the server: XEP-0084, and vCards (XEP-0153) of those who have no other."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

import structlog
from pydantic import ValidationError
from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.stanza import Presence

from contracts.avatars import LARGEST_PICTURE_BYTES, PictureType
from contracts.base import Model
from services.chat.engine.avatar_update import AvatarFetched, AvatarNews, OwnPicture
from services.chat.engine.client import XmppClient

log = structlog.get_logger(__name__)

METADATA, DATA = "urn:xmpp:avatar:metadata", "urn:xmpp:avatar:data"
VCARD, VCARD_UPDATE = "vcard-temp", "vcard-temp:x:update"
CONVERSION = "urn:xmpp:pep-vcard-conversion:0"
"""The server makes the vCard's picture of the other (XEP-0398)."""
TIMEOUT_S = 10
MOST_AT_ONCE = 4
_TYPES = {each.value for each in PictureType}


class Avatars:
    """Follows one stream. `emit` gets who has which picture, and the pictures asked for."""

    def __init__(self, client: XmppClient, emit: Callable[[Model], None]) -> None:
        self._client = client
        self._emit = emit
        self._told: dict[str, AvatarNews] = {}
        self._under_way: set[str] = set()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        client.add_event_handler("session_start", self._begin)
        client.add_event_handler("avatar_metadata_publish", self._hear_metadata)
        for way in ("purge", "delete", "retract"):
            client.add_event_handler(f"avatar_metadata_{way}", self._hear_end)
        client.add_event_handler("presence", self._hear_presence)

    def snapshot(self) -> tuple[AvatarNews, ...]:
        """What this stream, and those that it resumed, have been told."""
        return tuple(self._told.values())

    def fetch(self, news: AvatarNews) -> None:
        """The picture comes as an update, if it comes."""
        if news.avatar_id is not None and news.avatar_id not in self._under_way:
            self._under_way.add(news.avatar_id)
            task = asyncio.get_event_loop().create_task(self._fetch(news, news.avatar_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def publish(self, picture: OwnPicture | None) -> None:
        """Raises IqError, IqTimeout."""
        metadata = ET.Element(f"{{{METADATA}}}metadata")
        if picture is not None:
            data = ET.Element(f"{{{DATA}}}data")
            data.text = b64encode(picture.content).decode()
            await self._publish(DATA, picture.avatar_id, data)
            about = {
                "id": picture.avatar_id,
                "type": picture.media_type.value,
                "bytes": str(len(picture.content)),
                "width": str(picture.width_px),
                "height": str(picture.height_px),
            }
            ET.SubElement(metadata, f"{{{METADATA}}}info", about)
        await self._publish(METADATA, picture.avatar_id if picture else None, metadata)
        if not await self._converts():
            await self._publish_in_vcard(picture)

    # what is told

    def _begin(self, _event: object) -> None:
        """A new stream tells everything again; what could not be fetched gets another chance."""
        self._told.clear()

    def _hear_metadata(self, message: Any) -> None:
        jid = message["from"].bare
        if not self._is_of_interest(jid):
            return
        # slixmpp iterates over the same object while it calls us, and the object is the iterator
        for item in list(message["pubsub_event"]["items"]["substanzas"]):
            payload = item["payload"]
            if payload is not None and payload.tag == f"{{{METADATA}}}metadata":
                self._tell(jid, _chosen(payload), is_in_vcard=False)

    def _hear_end(self, message: Any) -> None:
        """The node is empty, or gone."""
        jid = message["from"].bare
        if self._is_of_interest(jid):
            self._tell(jid, None, is_in_vcard=False)

    def _hear_presence(self, presence: Presence) -> None:
        """Once there was metadata, what presences say is not looked at: it is said of less."""
        jid = presence["from"].bare
        photo = presence.xml.findtext(f"{{{VCARD_UPDATE}}}x/{{{VCARD_UPDATE}}}photo")
        known = self._told.get(jid)
        if photo is None or not self._is_of_interest(jid) or (known and not known.is_in_vcard):
            return
        self._tell(jid, photo.strip().lower() or None, is_in_vcard=True)

    def _is_of_interest(self, jid: str) -> bool:
        """Strangers send what they like."""
        roster = self._client.client_roster
        return jid == self._client.own or (jid in roster and bool(roster[jid]["to"]))

    def _tell(self, jid: str, avatar_id: str | None, *, is_in_vcard: bool) -> None:
        try:
            news = AvatarNews(jid=jid, avatar_id=avatar_id, is_in_vcard=is_in_vcard)
        except ValidationError:
            log.info("avatar ignored", domain=jid.rpartition("@")[2])
            return
        if self._told.get(jid) != news:
            self._told[jid] = news
            self._emit(news)

    # what is fetched

    async def _fetch(self, news: AvatarNews, avatar_id: str) -> None:
        try:
            async with self._room:
                from_whom = self._from_vcard if news.is_in_vcard else self._from_node
                content = await from_whom(news.jid, avatar_id)
        except (IqError, IqTimeout, ValueError) as error:
            log.info("no avatar", reason=type(error).__name__)
        else:
            self._emit(AvatarFetched(jid=news.jid, avatar_id=avatar_id, content=content))
        finally:
            self._under_way.discard(avatar_id)

    async def _from_node(self, jid: str, avatar_id: str) -> bytes:
        answer = await self._client.plugin["xep_0060"].get_item(
            JID(jid), DATA, avatar_id, timeout=TIMEOUT_S
        )
        return _decoded(next((each.text for each in answer.xml.iter(f"{{{DATA}}}data")), None))

    async def _from_vcard(self, jid: str, _avatar_id: str) -> bytes:
        vcard = await self._vcard(jid)
        return _decoded(vcard.findtext(f"{{{VCARD}}}PHOTO/{{{VCARD}}}BINVAL"))

    async def _vcard(self, jid: str) -> ET.Element:
        """One that nobody has written is empty. Raises IqError, IqTimeout."""
        iq = self._client.make_iq_get(ito=jid)
        iq.append(ET.Element(f"{{{VCARD}}}vCard"))
        answer = await iq.send(timeout=TIMEOUT_S)
        found: ET.Element | None = answer.xml.find(f"{{{VCARD}}}vCard")
        return ET.Element(f"{{{VCARD}}}vCard") if found is None else found

    # what is published

    async def _publish(self, node: str, item_id: str | None, payload: ET.Element) -> None:
        await self._client.plugin["xep_0060"].publish(
            JID(self._client.own), node, id=item_id, payload=payload, timeout=TIMEOUT_S
        )

    async def _converts(self) -> bool:
        info = await self._client.plugin["xep_0030"].get_info(
            jid=JID(self._client.own), timeout=TIMEOUT_S
        )
        return CONVERSION in info["disco_info"]["features"]

    async def _publish_in_vcard(self, picture: OwnPicture | None) -> None:
        """Beside whatever else it says."""
        vcard = await self._vcard(self._client.own)
        for photo in vcard.findall(f"{{{VCARD}}}PHOTO"):
            vcard.remove(photo)
        if picture is not None:
            photo = ET.SubElement(vcard, f"{{{VCARD}}}PHOTO")
            ET.SubElement(photo, f"{{{VCARD}}}TYPE").text = picture.media_type.value
            content = b64encode(picture.content).decode()
            ET.SubElement(photo, f"{{{VCARD}}}BINVAL").text = content
        iq = self._client.make_iq_set()
        iq.append(vcard)
        await iq.send(timeout=TIMEOUT_S)


def _chosen(metadata: Any) -> str | None:
    """The first picture that can be shown and lies at the server itself; None: there is none."""
    for info in metadata.findall(f"{{{METADATA}}}info"):
        size = info.get("bytes") or ""
        fits = size.isdecimal() and int(size) <= LARGEST_PICTURE_BYTES
        if fits and info.get("type") in _TYPES and not info.get("url"):
            found: str = (info.get("id") or "").lower()
            return found
    return None


def _decoded(text: str | None) -> bytes:
    """Raises ValueError."""
    compact = "".join((text or "").split())
    if not 0 < len(compact) <= LARGEST_PICTURE_BYTES * 2:
        raise ValueError("no picture, or too large")
    return b64decode(compact, validate=True)
