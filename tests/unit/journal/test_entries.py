"""From calls to lines of the journal."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.journal import JournalResult
from contracts.phones import PhoneState, PlacedOn
from contracts.sip import (
    Call,
    CallDirection,
    CallProblem,
    CallState,
    Remote,
    TerminationCause,
    Transfer,
    TransferState,
)
from services.journal.entries import entry_of

START = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
OUT, IN = CallDirection.OUTGOING, CallDirection.INCOMING


def ended(direction, *, answered_after_s=None, ended_after_s=30, **changes) -> Call:
    after = timedelta(seconds=answered_after_s) if answered_after_s is not None else None
    return Call(
        call_id="c",
        revision=5,
        direction=direction,
        state=CallState.TERMINATED,
        remote=Remote(number="102", display_name="Bob", uri="sip:102@practice"),
        started_at=START,
        answered_at=START + after if after is not None else None,
        ended_at=START + timedelta(seconds=ended_after_s),
        **changes,
    )


@pytest.mark.parametrize(
    ("call", "result"),
    [
        (ended(OUT, answered_after_s=2, cause=TerminationCause.LOCAL_BYE), JournalResult.ANSWERED),
        (ended(IN, answered_after_s=2, cause=TerminationCause.REMOTE_BYE), JournalResult.ANSWERED),
        (ended(IN, cause=TerminationCause.CANCELLED), JournalResult.MISSED),
        (ended(IN, cause=TerminationCause.REJECTED), JournalResult.REJECTED),
        (ended(OUT, cause=TerminationCause.CANCELLED), JournalResult.UNANSWERED),
        (ended(OUT, cause=TerminationCause.TIMEOUT, problem=CallProblem.NO_ANSWER),
         JournalResult.UNANSWERED),
        (ended(OUT, cause=TerminationCause.REJECTED, problem=CallProblem.BUSY),
         JournalResult.FAILED),
        (ended(IN, cause=TerminationCause.ERROR, problem=CallProblem.ENGINE_LOST),
         JournalResult.MISSED),
    ],
)  # fmt: skip
def test_each_end_has_its_result(call, result):
    assert entry_of(call).result is result


def test_an_entry_is_there_from_the_first_ring_on():
    ringing = ended(IN).model_copy(update={"state": CallState.EARLY, "ended_at": None})
    entry = entry_of(ringing)
    assert entry.result is JournalResult.RUNNING
    assert (entry.ring_time_s, entry.talk_time_s) == (0, 0)


def test_the_time_on_hold_is_told_when_the_call_is_over():
    over = ended(OUT, answered_after_s=4, hold_time_s=7)
    running = over.model_copy(update={"state": CallState.CONFIRMED, "ended_at": None})
    assert [entry_of(call).hold_time_s for call in (running, over)] == [0, 7]


def test_ring_and_talk_time_are_told_apart():
    entry = entry_of(ended(OUT, answered_after_s=4, ended_after_s=30))
    assert (entry.ring_time_s, entry.talk_time_s) == (4, 26)


@pytest.mark.parametrize(("transfer", "talk_time_s"), [(TransferState.COMPLETED, 0), (None, 26)])
def test_how_long_was_talked_on_another_telephone_is_known_only_while_it_goes_through_us(
    transfer, talk_time_s
):
    desk = Remote(number="104", display_name="", uri="sip:104@practice")
    call = ended(
        OUT,
        answered_after_s=4,
        placed_on=PlacedOn(name="Desk", number="104", state=PhoneState.CONFIRMED),
        transfer=transfer and Transfer(state=transfer, target=desk),
    )
    assert entry_of(call).talk_time_s == talk_time_s
