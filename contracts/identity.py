"""Who is meant: validated addresses and numbers."""

import re
from typing import Annotated

from pydantic import AfterValidator, PlainSerializer, SecretStr, StringConstraints

PHONE_NUMBER = r"^(\+[1-9][0-9]{1,14}|[0-9*#]{1,32})$"
PhoneNumber = Annotated[str, StringConstraints(pattern=PHONE_NUMBER)]
"""A global number (E.164, "+442079460018") or a local one ("101", "*97"), whose context (RFC 3966,
section 5.1.5) is the instance that the stack is signed in to."""

_SIP_URI = re.compile(
    r"^sips?:"
    r"(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/%#]+@)?"  # RFC 3261 section 25.1, and "#" as phones send it
    r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-._]+)(?::[0-9]{1,5})?"
    r"(?:;[^\s<>\"@]*)?$"
)


def _sip_uri(text: str) -> str:
    if len(text) > 512 or not _SIP_URI.match(text):
        raise ValueError("not a SIP URI")
    return text


SipUri = Annotated[str, AfterValidator(_sip_uri)]
"""A SIP or SIPS URI, RFC 3261 section 19.1; at most 512 characters."""

Localpart = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9\-_.+]{1,64}$")
]
"""The user part of an address-of-record."""

BareJid = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=512,
        pattern=r"^[^\s@/\"&'<>:]+@[A-Za-z0-9]([A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?$",
    ),
]
"""An address without a resource, "romeo@example.com": a person, not a device (RFC 7622)."""

Host = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        pattern=r"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9]([A-Za-z0-9.\-]{0,251}[A-Za-z0-9])?)$",
    ),
]
"""A domain name, an IPv4 address or an IPv6 address in brackets."""

Password = Annotated[
    SecretStr,
    PlainSerializer(lambda secret: secret.get_secret_value(), return_type=str, when_used="json"),
]
"""Masked wherever it is printed; itself only on the bus and the engine link."""
