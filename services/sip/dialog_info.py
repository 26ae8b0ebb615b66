"""Dialogs of a number, as its notifier tells of them (RFC 4235)."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass

from contracts.lamps import LampState
from contracts.sip import Remote
from services.sip.engine.commands import Dialog
from services.sip.engine.remotes import remote_of

MAX_DIALOGS = 64
_WORD = re.compile(r"[A-Za-z0-9\-.!%*_+`'~()<>:\\/\[\]?{}@]{1,256}")
"""Of Call-ID (RFC 3261 section 25.1); a tag is a narrower token."""
RUNNING = {"trying", "proceeding", "early", "confirmed"}


class NotUnderstood(Exception):
    """A body that does not fit its specification."""


@dataclass(frozen=True)
class WatchedDialog:
    """One dialog of the number that is watched."""

    state: str
    direction: str
    """"initiator", "recipient", or "" if it was not told."""
    remote: Remote | None
    identity: Dialog | None
    """What it takes to replace it; None if the notifier keeps that to itself."""

    @property
    def is_ringing(self) -> bool:
        return self.state == "early" and self.direction != "initiator"


class DialogInfo:
    """All dialogs that one subscription has told of."""

    def __init__(self) -> None:
        self._version = -1
        self._dialogs: dict[str, WatchedDialog] = {}

    def apply(self, body: str) -> None:
        """Take over a document, unless a later one is known (section 4.3).

        Raises NotUnderstood, also for a partial document whose predecessor is missing.
        """
        root = parsed(body, "dialog-info")
        version = _version(root)
        if version <= self._version:
            return
        is_partial = root.get("state") == "partial"
        if is_partial and version != self._version + 1:
            raise NotUnderstood(f"version {version} after {self._version}")
        told = {each.get("id", ""): _dialog(each) for each in children(root, "dialog")}
        if len(told) > MAX_DIALOGS:
            raise NotUnderstood(f"{len(told)} dialogs")
        self._version = version
        dialogs = {**self._dialogs, **told} if is_partial else told
        self._dialogs = {key: each for key, each in dialogs.items() if each.state in RUNNING}

    @property
    def state(self) -> LampState:
        """FREE, CALLED or BUSY: dialogs do not tell whether a phone is there."""
        if self.ringing is not None:
            return LampState.CALLED
        return LampState.BUSY if self._dialogs else LampState.FREE

    @property
    def ringing(self) -> WatchedDialog | None:
        """The dialog that waits for an answer; of several rather one that can be replaced."""
        ringing = [each for each in self._dialogs.values() if each.is_ringing]
        return max(
            ringing,
            key=lambda each: (each.identity is not None, each.remote is not None),
            default=None,
        )


def parsed(body: str, name: str) -> ET.Element:
    """The root of an XML document, which has this name. Raises NotUnderstood."""
    if "<!" in body.replace("<!--", ""):  # entities could grow without limit
        raise NotUnderstood("a document type")
    try:
        root = ET.fromstring(body)  # noqa: S314
    except ET.ParseError as error:
        raise NotUnderstood(str(error)) from error
    if local_name(root) != name:
        raise NotUnderstood(f"{root.tag} instead of {name}")
    return root


def children(element: ET.Element, name: str) -> list[ET.Element]:
    """Those of this name, in whatever namespace: not everybody uses the right one."""
    return [each for each in element if local_name(each) == name]


def local_name(element: ET.Element) -> str:
    """Without its namespace."""
    return element.tag.rpartition("}")[2]


def _version(root: ET.Element) -> int:
    try:
        return int(root.get("version", ""))
    except ValueError as error:
        raise NotUnderstood("no version") from error


def _dialog(element: ET.Element) -> WatchedDialog:
    return WatchedDialog(
        state=_text(element, "state"),
        direction=element.get("direction", ""),
        remote=_remote(element),
        identity=_identity(element),
    )


def _identity(dialog: ET.Element) -> Dialog | None:
    """Of the dialog itself (section 4.1.1); what does not fit a header field is not used."""
    named = [dialog.get(name, "") for name in ("call-id", "local-tag", "remote-tag")]
    targets = [each.get("uri", "") for remote in children(dialog, "remote")
               for each in children(remote, "target")]  # fmt: skip
    target = remote_of(f"<{targets[0]}>").uri if targets else None
    if target is None or not all(map(_WORD.fullmatch, named)):
        return None
    sip_call_id, local_tag, remote_tag = named
    return Dialog(
        sip_call_id=sip_call_id,
        local_tag=local_tag,
        remote_tag=remote_tag,
        remote_target=target,
    )


def _remote(dialog: ET.Element) -> Remote | None:
    for remote in children(dialog, "remote"):
        for identity in children(remote, "identity"):
            name = re.sub(r'(["\\])', r"\\\1", identity.get("display", ""))
            told = remote_of(f'"{name}" <{(identity.text or "").strip()}>')
            return told if told.number or told.display_name else None
    return None


def _text(element: ET.Element, name: str) -> str:
    return next(((each.text or "").strip() for each in children(element, name)), "")
