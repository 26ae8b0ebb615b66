"""Numbers that help: they pass every limit."""

import re

import phonenumbers

_SEPARATORS = re.compile(r"[\s().\-/]|^(?i:tel|sips?):|@.*$|;.*$")


EVERYWHERE = {"112", "911"}
"""On every telephone, 3GPP TS 22.101 section 10.1.1."""


def is_emergency_number(dialled_text: str, region: str | None) -> bool:
    """Whether somebody who types this in a region (ISO 3166) calls for help."""
    digits = _SEPARATORS.sub("", dialled_text.strip())
    if not digits.isdecimal():
        return False
    in_region = region is not None and phonenumbers.is_emergency_number(digits, region)
    return in_region or digits in EVERYWHERE
