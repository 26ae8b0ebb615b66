"""What a person dialled, as a SIP URI."""

import re
import unicodedata
from urllib.parse import quote, unquote

from contracts.identity import PHONE_NUMBER, PhoneNumber, SipUri
from contracts.sip import CallProblem

_SEPARATORS = re.compile(r"[\s().\-/\u2010-\u2015\u00a0]")
_TRUNK_ZERO = re.compile(r"^((?:\+|00)[0-9\s.\-/]{1,6})\(0\)")
"""As in "+49 (0)30": for callers within the country only."""
_NUMBER = re.compile(PHONE_NUMBER)
_VANITY = re.compile(r"^\+?[0-9][0-9A-Za-z]*[A-Za-z][0-9A-Za-z]*$")
_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9\-_.+]{0,63}$")
_URI = re.compile(r"^sips?:(?:(?P<user>[^@\s]+)@)?(?P<host>[^\s:;@?>]+)(?::\d+)?(?:[;?].*)?$", re.I)
_KEYPAD = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")  # E.161


class Undiallable(Exception):
    """Nothing that can be sent; `problem` says why."""

    def __init__(self, problem: CallProblem) -> None:
        super().__init__(problem)
        self.problem = problem


def target_uri(dialled_text: str, domain: str) -> SipUri:
    """The Request-URI for what was typed, in the domain of the account. Raises Undiallable.

    Numbers in any notation, letters on keys (E.161), names of the instance, `tel:` and `sip:` URIs.
    Another host is refused: most servers would ignore it and ring a stranger of the same name at
    home.
    """
    text = _legible(dialled_text).strip()
    scheme = text.partition(":")[0].lower()
    if scheme in ("sip", "sips"):
        return _own_uri(text, domain)
    if scheme == "tel":
        text = unquote(text[len("tel:") :].partition(";")[0])
    if "@" in text:
        return _own_uri(f"sip:{text}", domain)
    return f"sip:{_escaped(_user(text))}@{domain}"


def number_of(uri: str) -> PhoneNumber | None:
    """The number in a SIP or tel URI; None if its user part is a name."""
    user = uri.partition(":")[2].partition("@")[0].partition(";")[0].replace("%23", "#")
    return user if _NUMBER.match(user) else None


def _legible(text: str) -> str:
    """Without what copied numbers bring along: marks of direction, digits of another width."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(each for each in plain if unicodedata.category(each) != "Cf")


def _own_uri(text: str, domain: str) -> SipUri:
    parts = _URI.match(text)
    if parts is None or not parts["user"]:
        raise Undiallable(CallProblem.INVALID_TARGET)
    if parts["host"].lower() != domain.lower():
        raise Undiallable(CallProblem.FOREIGN_HOST)
    user = parts["user"].partition(":")[0].replace("%23", "#").replace("%2B", "+")
    return f"sip:{_escaped(_user(user))}@{domain}"


def _user(text: str) -> str:
    compact = _SEPARATORS.sub("", _TRUNK_ZERO.sub(r"\1", text))
    if _NUMBER.match(compact):
        return compact
    if _VANITY.match(compact) and _NUMBER.match(spelt := compact.lower().translate(_KEYPAD)):
        return spelt
    if _NAME.match(text):
        return text
    raise Undiallable(CallProblem.INVALID_TARGET)


def _escaped(user: str) -> str:
    return quote(user, safe="-_.!~*'()&=+$,;?/")
