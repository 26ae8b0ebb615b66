"""Rules of calls: what a final response means, and what becomes of a call whose engine died."""

from collections.abc import Iterable
from datetime import datetime

from contracts.sip import (
    Call,
    CallContinuity,
    CallDirection,
    CallProblem,
    CallState,
    MediaDirection,
    Remote,
    TerminationCause,
    Transfer,
    TransferState,
)
from services.sip.recordings import ended

_PROBLEM_OF_STATUS = {
    401: CallProblem.UNAUTHORIZED,
    403: CallProblem.DECLINED,
    404: CallProblem.NOT_FOUND,
    407: CallProblem.UNAUTHORIZED,
    408: CallProblem.NO_ANSWER,
    410: CallProblem.NOT_FOUND,
    415: CallProblem.MEDIA_REFUSED,
    480: CallProblem.NO_ANSWER,
    484: CallProblem.NOT_FOUND,
    486: CallProblem.BUSY,
    487: CallProblem.NO_ANSWER,
    488: CallProblem.MEDIA_REFUSED,
    600: CallProblem.BUSY,
    603: CallProblem.DECLINED,
    604: CallProblem.NOT_FOUND,
    606: CallProblem.MEDIA_REFUSED,
}


MOST_MET = 16


def problem_of_status(sip_status: int) -> CallProblem:
    """Why the other side refused, from its final response (RFC 3261 section 21)."""
    return _PROBLEM_OF_STATUS.get(sip_status, CallProblem.SERVER_ERROR)


def cause_of_end(
    *,
    direction: CallDirection,
    was_confirmed: bool,
    ended_here: bool,
    sip_status: int,
) -> tuple[TerminationCause, CallProblem | None]:
    """How a call ended (RFC 4235 section 3.7.2), and what to tell the user about it.

    `sip_status` is the final response to the INVITE, or 200 after a BYE.
    """
    if was_confirmed:
        if ended_here:
            return TerminationCause.LOCAL_BYE, None
        if sip_status in (408, 503):  # a request within the dialog found nobody
            return TerminationCause.ERROR, CallProblem.SERVER_UNREACHABLE
        return TerminationCause.REMOTE_BYE, None
    if direction is CallDirection.INCOMING:
        return (TerminationCause.REJECTED if ended_here else TerminationCause.CANCELLED), None
    if ended_here:
        return TerminationCause.CANCELLED, None
    problem = problem_of_status(sip_status)
    if problem is CallProblem.NO_ANSWER:
        return TerminationCause.TIMEOUT, problem
    return TerminationCause.REJECTED, problem


def unfailed(transfer: Transfer | None) -> Transfer | None:
    """What is left to tell of a transfer once the person goes on with the call."""
    is_failed = transfer is not None and transfer.state is TransferState.FAILED
    return None if is_failed else transfer


def transfer_at_end(transfer: Transfer | None, cause: TerminationCause) -> Transfer | None:
    """What an ended call tells of its transfer: where it went, or nothing.

    A server may leave before it says that it has connected the others.
    """
    if transfer is None or transfer.state is TransferState.COMPLETED:
        return transfer
    if transfer.state is TransferState.CONFIRMED and cause is TerminationCause.REMOTE_BYE:
        return transfer.model_copy(update={"state": TransferState.COMPLETED})
    return None


def timed(call: Call, now: datetime) -> Call:
    """The same call, with how long it has been on hold until now."""
    is_over = call.state is CallState.TERMINATED
    is_held = call.local_direction is not MediaDirection.SENDRECV and not is_over
    if is_held is (call.held_at is not None):
        return call
    before = call.held_at or now
    hold_time_s = call.hold_time_s + (now - before).total_seconds()
    held_at = now if is_held else None
    return call.model_copy(update={"held_at": held_at, "hold_time_s": hold_time_s})


def conferred_with(call: Call, parties: Iterable[Remote]) -> tuple[Remote, ...]:
    """Whom its party has met, with these parties of a conference that it is in."""
    met = dict.fromkeys((*call.conferred_with, *parties))
    return tuple(each for each in met if each != call.remote)[:MOST_MET]


def keeps_busy(call: Call) -> bool:
    """Whether somebody who has such a call is busy for the next caller."""
    is_ringing_here = call.direction is CallDirection.INCOMING and call.state is CallState.EARLY
    return call.state is not CallState.TERMINATED and not is_ringing_here


def interrupted(call: Call, at: datetime) -> Call:
    """The same confirmed call while its engine is away: not recorded, not handed over any more."""
    if call.continuity is CallContinuity.INTERRUPTED:
        return call
    return call.model_copy(
        update={
            "revision": call.revision + 1,
            "continuity": CallContinuity.INTERRUPTED,
            "transfer": None,
            "recordings": ended(call.recordings, at),
        }
    )


def lost(call: Call, ended_at: datetime) -> Call:
    """The same call after its engine died and could not take it back."""
    changes = {
        "revision": call.revision + 1,
        "state": CallState.TERMINATED,
        "cause": TerminationCause.ERROR,
        "problem": CallProblem.ENGINE_LOST,
        "ended_at": ended_at,
        "recordings": ended(call.recordings, ended_at),
    }
    return timed(call.model_copy(update=changes), ended_at)
