"""The other party, as a message of theirs names it."""

import re

from pydantic import TypeAdapter, ValidationError

from contracts.identity import SipUri
from contracts.sip import Remote
from services.sip.targets import number_of

MAX_NAME_LENGTH = 256

_NAME_ADDR = re.compile(
    r'^\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^<"]*?))\s*<(?P<uri>[^>]+)>'
)
_sip_uri: TypeAdapter[str] = TypeAdapter(SipUri)


def remote_of(name_addr: str) -> Remote:
    """The other party from a From or To header field (RFC 3261 section 20.10).

    What does not fit is hostile or broken, and shown as an unknown caller.
    """
    match = _NAME_ADDR.match(name_addr)
    uri = match["uri"] if match else name_addr.strip()
    name = ""
    if match:
        name = re.sub(r"\\(.)", r"\1", match["quoted"]) if match["quoted"] else match["plain"] or ""
    try:
        uri = _sip_uri.validate_python(uri.partition(";")[0])
    except ValidationError:
        return Remote(number=None, display_name=_shown(name), uri=None)
    is_anonymous = "anonymous@" in uri or uri.endswith("@anonymous.invalid")
    number = None if is_anonymous else number_of(uri)
    return Remote(number=number, display_name=_shown(name), uri=uri)


def _shown(name: str) -> str:
    """Without control characters, which could redraw a terminal or reverse a line."""
    return "".join(each for each in name if each.isprintable())[:MAX_NAME_LENGTH]
