"""What identifies a dialog to the other side, and the header field that replaces it (RFC 3891)."""

import re

import pjsua2 as pj

from services.sip.engine.commands import Dialog

# the tag is a parameter of the header field: the last one that looks like it, after all of the URI
_TAGS = re.compile(
    r"^(?P<name>from|f|to|t)[ \t]*:.*;[ \t]*tag[ \t]*=[ \t]*(?P<tag>[^\s;,]+)",
    re.IGNORECASE | re.MULTILINE,
)


def tags_of(message: str) -> tuple[str, str] | None:
    """Tags of From and To in a SIP message (RFC 3261 section 19.3); None if one is missing."""
    head = re.sub(r"\r?\n[ \t]+", " ", message.partition("\r\n\r\n")[0])
    tags = {match["name"][0].lower(): match["tag"] for match in _TAGS.finditer(head)}
    return (tags["f"], tags["t"]) if tags.keys() >= {"f", "t"} else None


def dialog_of(info: pj.CallInfo, event: pj.SipEvent) -> Dialog | None:
    """The confirmed dialog of a call that an event tells of; None if it tells nothing of it."""
    if info.state not in (pj.PJSIP_INV_STATE_CONNECTING, pj.PJSIP_INV_STATE_CONFIRMED):
        return None
    source = event.body.tsxState.src
    tags = tags_of(source.rdata.wholeMsg or source.tdata.wholeMsg)
    if tags is None:
        return None
    was_begun_here = info.role == pj.PJSIP_ROLE_UAC
    local_tag, remote_tag = tags if was_begun_here else reversed(tags)
    return Dialog(
        sip_call_id=info.callIdString,
        local_tag=local_tag,
        remote_tag=remote_tag,
        remote_target=info.remoteContact.strip("<>"),
    )


def replaces(dialog: Dialog) -> str:
    """Value of Replaces, which names the dialog as its recipient sees it (RFC 3891 section 6.1)."""
    return f"{dialog.sip_call_id};to-tag={dialog.remote_tag};from-tag={dialog.local_tag}"


def replacing(offer: pj.CallOpParam, value: str) -> pj.CallOpParam:
    """The same INVITE with Replaces, which whoever does not know it refuses (section 5)."""
    for name, content in (("Replaces", value), ("Require", "replaces")):
        header = pj.SipHeader()
        header.hName, header.hValue = name, content
        offer.txOption.headers.append(header)
    return offer
