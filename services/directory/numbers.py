"""One number, however it is written."""

import re

import phonenumbers

from contracts.identity import PHONE_NUMBER, PhoneNumber

_SEPARATORS = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]")
_NUMBER = re.compile(PHONE_NUMBER)


def spellings(text: str, region: str | None) -> list[PhoneNumber]:
    """The number as written, without separators, then as E.164; neither if the text is no number.

    As written comes first: what the instance uses as an extension is that, even where it could be a
    number of the region. Without a region only numbers that begin with "+" have an E.164 form.
    """
    compact = _SEPARATORS.sub("", text)
    found = [compact] if _NUMBER.match(compact) else []
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return found
    if phonenumbers.is_valid_number(number):
        found.append(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return list(dict.fromkeys(found))
