"""SRTP: what an account offers and accepts, and what came of it for one call."""

import re

import pjsua2 as pj

from contracts.encryption import Encryption, MediaEncryption
from contracts.instance import SipTransport, SrtpUse

KEYINGS = {
    SrtpUse.OFF: (),
    SrtpUse.OPTIONAL: (pj.PJMEDIA_SRTP_KEYING_SDES, pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP),
    SrtpUse.SDES: (pj.PJMEDIA_SRTP_KEYING_SDES,),
    SrtpUse.DTLS: (pj.PJMEDIA_SRTP_KEYING_DTLS_SRTP,),
}
"""The library offers the first only, and DTLS-SRTP only as a must."""
_ACTIVE = re.compile(r"SRTP status: Active")
_DTLS_PROFILES = (pj.PJMEDIA_TP_PROTO_DTLS_SRTP, pj.PJMEDIA_TP_PROTO_DTLS_SRTPF)


def offer_srtp(media: pj.AccountMediaConfig, use: SrtpUse, transport: SipTransport) -> None:
    """Keys stand in the SDP only where TLS carries it (RFC 4568 section 8.3).

    An optional offer (RTP/AVP with keys, RFC 8643) is understood by servers that know nothing of
    SRTP: no call fails for it.
    """
    is_secret = transport is SipTransport.TLS
    if use is SrtpUse.OFF or (use is SrtpUse.OPTIONAL and not is_secret):
        media.srtpUse = pj.PJMEDIA_SRTP_DISABLED
        return
    is_optional = use is SrtpUse.OPTIONAL
    media.srtpUse = pj.PJMEDIA_SRTP_OPTIONAL if is_optional else pj.PJMEDIA_SRTP_MANDATORY
    # the library's own check, by the peer's Contact, would forbid too much where TLS is certain
    media.srtpSecureSignaling = int(use is SrtpUse.SDES and not is_secret)
    for keying in KEYINGS[use]:
        media.srtpOpt.keyings.append(keying)


def encryption_of(call: pj.Call, media_index: int, transport: SipTransport) -> Encryption:
    """As negotiated for the call's stream; with DTLS nothing is sent before there are keys."""
    if call.getStreamInfo(media_index).proto in _DTLS_PROFILES:
        return Encryption(signalling=transport, media=MediaEncryption.DTLS)
    is_active = _ACTIVE.search(call.dump(True, "")) is not None  # noqa: FBT003
    media = MediaEncryption.SDES if is_active else MediaEncryption.NONE
    return Encryption(signalling=transport, media=media)
