"""Conferences: calls whose parties hear each other too, mixed by the library's bridge.

A call names its conference itself (`Call.conference_id`), and nothing else does: so a conference
is also there again when its calls have been taken back.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import uuid4

import pjsua2 as pj

from contracts.sip import CallState, MediaDirection
from services.sip.engine.legs import Leg


def together(leg: Leg, legs: Iterable[Leg]) -> list[Leg]:
    """A call, and all that are in conference with it and not about to end."""
    conference_id = leg.call.conference_id
    others = [
        each
        for each in legs
        if conference_id is not None
        and each.call.conference_id == conference_id
        and each is not leg
        and not each.is_ending
    ]
    return [leg, *others]


def join(chosen: Sequence[Leg], legs: Iterable[Leg]) -> list[Leg]:
    """Make one conference of these calls, and of those that they are in already.

    All are resumed, and muted if the one that is talked on is.
    """
    for leg in chosen:
        leg.require_confirmed()
    legs = list(legs)
    members = list(dict.fromkeys(each for leg in chosen for each in together(leg, legs)))
    leading = next((leg for leg in members if leg.wants_audio()), members[0])
    known = (leg.call.conference_id for leg in members if leg.call.conference_id is not None)
    conference_id = next(known, uuid4().hex)
    for leg in members:
        leg.revise(conference_id=conference_id)
        leg.set_microphone(leading.call.microphone)
    for leg in members:
        leg.set_hold(held=False)
    return members


def dissolve(conference_id: str | None, legs: Iterable[Leg]) -> None:
    """Let the last call of a conference be a call like any other again."""
    left = [leg for leg in legs if leg.call.conference_id == conference_id]
    if conference_id is not None and len(left) == 1:
        left[0].revise(conference_id=None)


class Mixer:
    """Connects each party of a conference with each other one, and parts them again."""

    def __init__(self) -> None:
        self._connected: dict[tuple[Leg, Leg], tuple[pj.AudioMedia, pj.AudioMedia]] = {}

    def update(self, legs: Iterable[Leg]) -> None:
        """Do what the calls as they are now need. A new stream of a call is connected anew."""
        wanted = _wanted(legs)
        for pair in self._connected.keys() - wanted:
            _part(pair, self._connected.pop(pair))
        for pair in wanted:
            source, sink = (leg.media for leg in pair)
            if source is None or sink is None or self._connected.get(pair) == (source, sink):
                continue
            self._connected[pair] = source, sink
            with suppress(pj.Error):  # the stream is being replaced: it will be another one
                source.startTransmit(sink)

    def clear(self) -> None:
        """Before the library is destroyed."""
        self._connected.clear()


def _wanted(legs: Iterable[Leg]) -> set[tuple[Leg, Leg]]:
    """Who is to hear whom: (speaker, listener). Who holds us is not heard, nor the music then."""
    members = [
        leg
        for leg in legs
        if leg.call.conference_id is not None
        and leg.call.state is CallState.CONFIRMED
        and leg.media is not None
        and leg.wants_audio()
    ]
    return {
        (speaker, listener)
        for speaker in members
        for listener in members
        if speaker is not listener
        and speaker.call.conference_id == listener.call.conference_id
        and speaker.call.remote_direction is MediaDirection.SENDRECV
    }


def _part(pair: tuple[Leg, Leg], connected: tuple[pj.AudioMedia, pj.AudioMedia]) -> None:
    """The library has forgotten the port of a stream that is gone; its number may be another's."""
    for leg, media in zip(pair, connected, strict=True):
        if leg.media is None or leg.media.getPortId() != media.getPortId():
            return
    source, sink = connected
    with suppress(pj.Error):
        source.stopTransmit(sink)
