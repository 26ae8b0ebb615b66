"""What nobody between this stack and the server can listen to."""

from enum import StrEnum

from contracts.base import Model
from contracts.instance import SipTransport


class MediaEncryption(StrEnum):
    """How the sound is encrypted: SRTP (RFC 3711), named after where its keys come from."""

    NONE = "none"
    SDES = "sdes"  # in the SDP, RFC 4568: as secret as the signalling
    DTLS = "dtls"  # agreed on beside the sound, RFC 5764


class Encryption(Model):
    """Of one call, as far as the server; what the server does behind it nobody here can tell."""

    signalling: SipTransport
    media: MediaEncryption
