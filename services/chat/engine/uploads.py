"""Places for files at the server (XEP-0363). The plugin of slixmpp needs a second HTTP client."""

from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from pydantic import ValidationError
from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout

from contracts.files import FileDraft, UploadProblem, UploadService, UploadSlot
from services.chat.engine.upload_query import UploadAnswer, UploadQuery

NAMESPACE = "urn:xmpp:http:upload:0"
TIMEOUT_S = 5
HEADERS = {"authorization": "Authorization", "cookie": "Cookie", "expires": "Expires"}
"""Those that a server may ask for."""
_PROBE = FileDraft(name="probe.txt", size_bytes=1)
"""Never uploaded: its slot tells where files are."""
_PROBLEMS = {
    "not-acceptable": UploadProblem.TOO_LARGE,
    "resource-constraint": UploadProblem.QUOTA,
}


class Uploads:
    """The upload service of one stream's server; looked for when it is needed first."""

    def __init__(self, stream: ClientXMPP) -> None:
        self._stream = stream
        self._jid: str | None = None
        self._service: UploadService | None = None

    async def answer(self, query: UploadQuery) -> UploadAnswer:
        """Never raises: what goes wrong is the answer's problem."""
        service = UploadService(is_offered=False)
        try:
            service = await self._find()
            if not service.is_offered:
                return _without_slot(query, service, UploadProblem.NOT_OFFERED)
            if query.file is None:
                return UploadAnswer(query_id=query.query_id, service=service)
            largest = service.largest_bytes
            if largest is not None and query.file.size_bytes > largest:
                return _without_slot(query, service, UploadProblem.TOO_LARGE)
            slot = await self._slot(query.file)
        except IqError as error:
            problem = _PROBLEMS.get(error.condition, UploadProblem.REFUSED)
            return _without_slot(query, service, problem, error.condition)
        except (IqTimeout, ValidationError) as error:
            return _without_slot(query, service, UploadProblem.REFUSED, type(error).__name__)
        return UploadAnswer(query_id=query.query_id, service=service, slot=slot)

    async def _find(self) -> UploadService:
        if self._service is None:
            self._service = await self._look()
        return self._service

    async def _look(self) -> UploadService:
        disco = self._stream.plugin["xep_0030"]
        domain = self._stream.boundjid.host
        found = await disco.get_info_from_domain(domain=domain, timeout=TIMEOUT_S)
        for info in found:
            if info["type"] != "result" or NAMESPACE not in info["disco_info"]["features"]:
                continue
            self._jid = str(info["from"])
            slot = await self._slot(_PROBE)
            place = urlsplit(slot.get_url)
            return UploadService(
                is_offered=True,
                largest_bytes=_limit(info),
                origin=f"{place.scheme}://{place.netloc}".lower(),
            )
        return UploadService(is_offered=False)

    async def _slot(self, file: FileDraft) -> UploadSlot:
        """Raises IqError, IqTimeout, ValidationError."""
        iq = self._stream.make_iq_get(ito=self._jid)
        values = {
            "filename": file.name,
            "size": str(file.size_bytes),
            "content-type": file.media_type,
        }
        iq.append(ET.Element(f"{{{NAMESPACE}}}request", values))
        answer = await iq.send(timeout=TIMEOUT_S)
        put = answer.xml.find(f"{{{NAMESPACE}}}slot/{{{NAMESPACE}}}put")
        get = answer.xml.find(f"{{{NAMESPACE}}}slot/{{{NAMESPACE}}}get")
        headers = put.findall(f"{{{NAMESPACE}}}header") if put is not None else []
        return UploadSlot.model_validate(
            {
                "put_url": put.get("url") if put is not None else None,
                "get_url": get.get("url") if get is not None else None,
                "headers": dict(filter(None, map(_header, headers))),
            }
        )


def _header(element: Any) -> tuple[str, str] | None:
    name = HEADERS.get((element.get("name") or "").strip().lower())
    value = "".join((element.text or "").split("\n")).replace("\r", "")
    return (name, value) if name else None


def _limit(info: Any) -> int | None:
    """`max-file-size` of the form in its disco#info (XEP-0128)."""
    for field in info.xml.iter("{jabber:x:data}field"):
        if field.get("var") == "max-file-size":
            text = field.findtext("{jabber:x:data}value") or ""
            return int(text) if text.isdecimal() else None
    return None


def _without_slot(
    query: UploadQuery, service: UploadService, problem: UploadProblem, detail: str = ""
) -> UploadAnswer:
    return UploadAnswer(query_id=query.query_id, service=service, problem=problem, detail=detail)
