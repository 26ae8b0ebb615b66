"""One call or one conference is talked on at a time; the others are held."""

from collections.abc import Iterable
from datetime import datetime

from contracts.sip import CallState, Priority
from services.sip.engine.conferences import together
from services.sip.engine.legs import Leg


def talked_on(legs: Iterable[Leg], chosen: Leg | None = None) -> list[Leg]:
    """What is talked on, except a call and those that are in conference with it."""
    legs = list(legs)
    kept = together(chosen, legs) if chosen else []
    return [
        leg
        for leg in legs
        if leg not in kept and leg.call.state is CallState.CONFIRMED and leg.wants_audio()
    ]


def hold_all_but(chosen: Leg | None, legs: Iterable[Leg]) -> None:
    """It is the turn of a call and those that are in conference with it; None: of a new one."""
    for leg in talked_on(legs, chosen):
        leg.set_hold(held=True)


def hold_latecomers(legs: Iterable[Leg]) -> None:
    """A call that we placed, answered while another is talked on, waits for its turn."""
    talking = talked_on(legs)
    if len(talking) > 1:
        hold_all_but(min(talking, key=_precedence), talking)


def _precedence(leg: Leg) -> tuple[bool, datetime]:
    """Help first, then who has talked longest."""
    call = leg.call
    return call.priority is not Priority.EMERGENCY, call.answered_at or call.started_at
