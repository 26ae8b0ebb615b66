"""Conferences: calls whose parties hear each other too, mixed by the library's bridge.

A call names its conference itself (`Call.conference_id`), and nothing else does: so a conference
is also there again when its calls have been taken back.
"""

from collections.abc import Iterable, Sequence
from uuid import uuid4

from contracts.sip import CallState, MediaDirection
from services.sip.calls import conferred_with
from services.sip.engine.legs import Leg
from services.sip.engine.wires import Wire


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
    parties = [leg.call.remote for leg in members]
    for leg in members:
        met = conferred_with(leg.call, parties)
        leg.revise(conference_id=conference_id, conferred_with=met)
        leg.set_microphone(leading.call.microphone)
    for leg in members:
        leg.set_hold(held=False)
    return members


def dissolve(conference_id: str | None, legs: Iterable[Leg]) -> None:
    """Let the last call of a conference be a call like any other again."""
    left = [leg for leg in legs if leg.call.conference_id == conference_id]
    if conference_id is not None and len(left) == 1:
        left[0].revise(conference_id=None)


def heard_together(legs: Iterable[Leg]) -> set[Wire]:
    """From each party of a conference to each other one.

    Who holds us is not heard by the others, and nor is the music that is played then.
    """
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
