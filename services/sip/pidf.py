"""Whether somebody's phone is there, and what it does, from a presence document (RFC 3863)."""

from xml.etree.ElementTree import Element

from contracts.lamps import LampState
from services.sip.dialog_info import children, local_name, parsed

ON_THE_PHONE = {"on-the-phone", "busy"}
"""Activities of RFC 4480 section 3.2."""
RINGING_NOTE = "ringing"
"""As Asterisk says it: no specification has a word for it."""


def presence_state(body: str) -> LampState:
    """Never UNKNOWN. Raises NotUnderstood."""
    root = parsed(body, "presence")
    basics = [(each.text or "").strip() for each in root.iter() if local_name(each) == "basic"]
    if basics and "open" not in basics:
        return LampState.OFFLINE
    if not {local_name(each) for each in root.iter()} & ON_THE_PHONE:
        return LampState.FREE
    return LampState.CALLED if RINGING_NOTE in _notes(root) else LampState.BUSY


def _notes(root: Element) -> set[str]:
    tuples = children(root, "tuple")
    notes = [note for each in (root, *tuples) for note in children(each, "note")]
    return {(note.text or "").strip().lower() for note in notes}
