"""Names and short texts that others have chosen."""

import unicodedata

_OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They would turn round what stands beside the text, too."""


def one_line(text: str, longest: int) -> str:
    """Without line breaks, controls and overrides of the writing direction; cut at `longest`."""
    shown = (each for each in text[: 4 * longest] if not _is_hidden(each))
    return " ".join("".join(shown).split())[:longest]


def _is_hidden(character: str) -> bool:
    if character.isspace():
        return False
    return character in _OVERRIDES or unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn")
