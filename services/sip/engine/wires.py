"""What the library's bridge connects besides each call with the person's screen."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import pjsua2 as pj


class End(Protocol):
    """Something with a port at the bridge; a call has another one whenever its stream is new."""

    @property
    def media(self) -> pj.AudioMedia | None:
        """None: nothing can be connected now."""


@dataclass(frozen=True, eq=False)
class FixedEnd:
    """An end that always has the same port."""

    media: pj.AudioMedia


Wire = tuple[End, End]
"""(source, sink)"""


class Wires:
    """Those that there are."""

    def __init__(self) -> None:
        self._connected: dict[Wire, tuple[pj.AudioMedia, pj.AudioMedia]] = {}

    def update(self, wanted: set[Wire]) -> None:
        """Have these wires and no others. What has a new port is connected anew."""
        for wire in self._connected.keys() - wanted:
            _part(wire, self._connected.pop(wire))
        for wire in wanted:
            source, sink = (end.media for end in wire)
            if source is None or sink is None or self._connected.get(wire) == (source, sink):
                continue
            self._connected[wire] = source, sink
            with suppress(pj.Error):  # the stream is being replaced: it will be another one
                source.startTransmit(sink)

    def clear(self) -> None:
        """Before the library is destroyed."""
        self._connected.clear()


def _part(wire: Wire, connected: tuple[pj.AudioMedia, pj.AudioMedia]) -> None:
    """The library has forgotten the port of a stream that is gone; its number may be another's."""
    for end, media in zip(wire, connected, strict=True):
        if end.media is None or end.media.getPortId() != media.getPortId():
            return
    source, sink = connected
    with suppress(pj.Error):
        source.stopTransmit(sink)
