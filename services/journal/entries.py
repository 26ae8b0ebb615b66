"""From a call to its line in the journal."""

from contracts.journal import JournalEntry, JournalResult
from contracts.sip import (
    Call,
    CallDirection,
    CallProblem,
    CallState,
    Remote,
    TerminationCause,
    TransferState,
)


def entry_of(call: Call) -> JournalEntry:
    """The entry as of this revision of the call. Times are 0 while they are not over."""
    return JournalEntry(
        entry_id=call.call_id,
        revision=call.revision,
        direction=call.direction,
        result=_result(call),
        cause=call.cause,
        problem=call.problem,
        sip_status=call.sip_status,
        remote=call.remote,
        dialled_text=call.dialled_text,
        started_at=call.started_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        quality=call.quality if call.ended_at else None,
        recordings=call.recordings,
        ring_time_s=_ring_time_s(call),
        talk_time_s=_talk_time_s(call),
        hold_time_s=call.hold_time_s if call.ended_at else 0,
        transferred_to=_transferred_to(call),
        conferred_with=call.conferred_with,
        diversion=call.diversion,
        placed_on=call.placed_on,
        encryption=call.encryption,
    )


def _result(call: Call) -> JournalResult:
    if call.state is not CallState.TERMINATED:
        return JournalResult.RUNNING
    if call.answered_at is not None:
        return JournalResult.ANSWERED
    if call.diversion is not None:
        return JournalResult.DIVERTED if call.diversion.target else JournalResult.MISSED
    if call.direction is CallDirection.INCOMING:
        is_refused = call.cause is TerminationCause.REJECTED
        return JournalResult.REJECTED if is_refused else JournalResult.MISSED
    is_unanswered = call.problem in (None, CallProblem.NO_ANSWER)
    return JournalResult.UNANSWERED if is_unanswered else JournalResult.FAILED


def _transferred_to(call: Call) -> Remote | None:
    transfer = call.transfer
    is_done = transfer is not None and transfer.state is TransferState.COMPLETED
    return transfer.target if transfer is not None and is_done else None


def _ring_time_s(call: Call) -> float:
    rang_until = call.answered_at or call.ended_at
    return (rang_until - call.started_at).total_seconds() if rang_until else 0


def _talk_time_s(call: Call) -> float:
    is_out_of_sight = call.placed_on is not None and _transferred_to(call) is not None
    if call.answered_at is None or call.ended_at is None or is_out_of_sight:
        return 0
    return (call.ended_at - call.answered_at).total_seconds()
