"""What the end of a dialog, or of the engine, means to a person."""

from datetime import UTC, datetime, timedelta

import pytest

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
from services.sip.calls import (
    MOST_MET,
    cause_of_end,
    conferred_with,
    interrupted,
    lost,
    timed,
    transfer_at_end,
)

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
OUT, IN = CallDirection.OUTGOING, CallDirection.INCOMING


@pytest.mark.parametrize(
    ("direction", "was_confirmed", "ended_here", "sip_status", "cause", "problem"),
    [
        (OUT, True, True, 200, TerminationCause.LOCAL_BYE, None),
        (OUT, True, False, 200, TerminationCause.REMOTE_BYE, None),
        (OUT, True, False, 408, TerminationCause.ERROR, CallProblem.SERVER_UNREACHABLE),
        (OUT, False, True, 487, TerminationCause.CANCELLED, None),
        (OUT, False, False, 486, TerminationCause.REJECTED, CallProblem.BUSY),
        (OUT, False, False, 603, TerminationCause.REJECTED, CallProblem.DECLINED),
        (OUT, False, False, 404, TerminationCause.REJECTED, CallProblem.NOT_FOUND),
        (OUT, False, False, 480, TerminationCause.TIMEOUT, CallProblem.NO_ANSWER),
        (OUT, False, False, 488, TerminationCause.REJECTED, CallProblem.MEDIA_REFUSED),
        (OUT, False, False, 500, TerminationCause.REJECTED, CallProblem.SERVER_ERROR),
        (IN, False, True, 486, TerminationCause.REJECTED, None),
        (IN, False, False, 487, TerminationCause.CANCELLED, None),
        (IN, True, False, 200, TerminationCause.REMOTE_BYE, None),
    ],
)
def test_the_end_of_a_dialog_has_a_cause_and_a_problem_to_show(
    direction, was_confirmed, ended_here, sip_status, cause, problem
):
    assert cause_of_end(
        direction=direction,
        was_confirmed=was_confirmed,
        ended_here=ended_here,
        sip_status=sip_status,
    ) == (cause, problem)


def confirmed() -> Call:
    return Call(
        call_id="c1",
        revision=4,
        direction=OUT,
        state=CallState.CONFIRMED,
        remote=Remote(number=None, display_name="", uri=None),
        started_at=NOW,
        answered_at=NOW,
    )


def test_a_call_is_interrupted_once_and_remains_confirmed():
    call = confirmed()
    without_engine = interrupted(call, NOW)
    assert without_engine.continuity is CallContinuity.INTERRUPTED
    assert (without_engine.state, without_engine.revision) == (CallState.CONFIRMED, 5)
    assert interrupted(without_engine, NOW) == without_engine
    ended = lost(without_engine, NOW)
    assert (ended.state, ended.problem) == (CallState.TERMINATED, CallProblem.ENGINE_LOST)
    assert ended.revision == 6


def test_how_long_a_call_was_on_hold_is_counted_from_hold_to_hold():
    def after(call: Call, seconds: float, **changes) -> Call:
        return timed(call.model_copy(update=changes), NOW + timedelta(seconds=seconds))

    held, talked_on = MediaDirection.SENDONLY, MediaDirection.SENDRECV
    call = after(confirmed(), 0)
    assert (call.held_at, call.hold_time_s) == (None, 0)
    call = after(call, 10, local_direction=held)
    call = after(call, 15, conference_id="c")
    assert (call.held_at, call.hold_time_s) == (NOW + timedelta(seconds=10), 0)
    call = after(call, 30, local_direction=talked_on)
    assert (call.held_at, call.hold_time_s) == (None, 20)
    call = after(call, 40, local_direction=held)
    assert after(call, 42, state=CallState.TERMINATED).hold_time_s == 22
    without_engine = lost(interrupted(call, NOW), NOW + timedelta(seconds=45))
    assert (without_engine.held_at, without_engine.hold_time_s) == (None, 25)


@pytest.mark.parametrize(
    ("state", "cause", "told"),
    [
        (TransferState.COMPLETED, TerminationCause.LOCAL_BYE, TransferState.COMPLETED),
        (TransferState.CONFIRMED, TerminationCause.REMOTE_BYE, TransferState.COMPLETED),
        (TransferState.CONFIRMED, TerminationCause.LOCAL_BYE, None),
        (TransferState.EARLY, TerminationCause.REMOTE_BYE, None),
        (TransferState.FAILED, TerminationCause.REMOTE_BYE, None),
    ],
)
def test_an_ended_call_tells_of_a_transfer_only_where_it_went(state, cause, told):
    transfer = Transfer(state=state, target=Remote(number="103", display_name="", uri=None))
    at_end = transfer_at_end(transfer, cause)
    assert (at_end and at_end.state) == told
    assert transfer_at_end(None, cause) is None


def test_whom_a_call_has_met_in_conferences_is_told_once_and_without_itself():
    bob, carol, dave = (
        Remote(number=each, display_name="", uri=f"sip:{each}@practice")
        for each in ("102", "103", "104")
    )
    call = confirmed().model_copy(update={"remote": bob, "conferred_with": (carol,)})
    assert conferred_with(call, [bob, carol, dave]) == (carol, dave)
    many = [bob.model_copy(update={"number": str(each)}) for each in range(200, 220)]
    assert len(conferred_with(call, many)) == MOST_MET
