"""Rules of call completion: when to tell, and when the wish is over (RFC 6910)."""

from collections.abc import Iterable
from datetime import datetime

from contracts.identity import PhoneNumber
from contracts.lamps import CallCompletion, Lamp, LampState
from contracts.sip import Call, CallDirection, CallState


def reviewed(
    wish: CallCompletion,
    number: PhoneNumber,
    lamp: Lamp | None,
    running_calls: Iterable[Call],
    now: datetime,
) -> CallCompletion | None:
    """The wish as it is now; None if it is over: too old, or we have reached each other."""
    calls = list(running_calls)
    if now >= wish.expires_at or any(_reaches(call, number) for call in calls):
        return None
    is_free = lamp is not None and lamp.state is LampState.FREE
    return wish.model_copy(update={"is_ready": is_free and not calls})


def _reaches(call: Call, number: PhoneNumber) -> bool:
    rings_there = call.direction is CallDirection.OUTGOING and call.state is CallState.EARLY
    return (rings_there or call.answered_at is not None) and call.remote.number == number
