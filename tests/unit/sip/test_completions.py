"""When somebody who was busy is free, and we are, too."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.lamps import CallCompletion, Lamp, LampKind, LampState
from contracts.sip import Call, CallDirection, CallState, Remote
from services.sip.completions import reviewed

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WISH = CallCompletion(requested_at=NOW, expires_at=NOW + timedelta(hours=1), is_ready=False)


def lamp(state: LampState) -> Lamp:
    return Lamp(number="102", revision=1, kind=LampKind.PERSON, state=state, since=NOW)


def call(
    number: str,
    direction: CallDirection,
    *,
    is_answered: bool = False,
    state: CallState = CallState.EARLY,
) -> Call:
    return Call(
        call_id="a",
        revision=1,
        direction=direction,
        state=CallState.CONFIRMED if is_answered else state,
        remote=Remote(number=number, display_name="", uri=f"sip:{number}@practice"),
        started_at=NOW,
        answered_at=NOW if is_answered else None,
    )


@pytest.mark.parametrize("state", LampState)
def test_it_is_told_when_they_are_free_and_not_before(state):
    changed = reviewed(WISH, "102", lamp(state), [], NOW)
    assert changed is not None
    assert changed.is_ready is (state is LampState.FREE)


def test_nobody_is_asked_during_a_call():
    talk = call("600", CallDirection.OUTGOING, is_answered=True)
    assert reviewed(WISH, "102", lamp(LampState.FREE), [talk], NOW) == WISH


def test_a_lamp_that_is_gone_keeps_the_wish():
    assert reviewed(WISH, "102", None, [], NOW) == WISH


def test_it_expires():
    assert reviewed(WISH, "102", lamp(LampState.FREE), [], WISH.expires_at) is None


@pytest.mark.parametrize(
    ("running", "is_over"),
    [
        (call("102", CallDirection.OUTGOING), True),
        (call("102", CallDirection.OUTGOING, state=CallState.TRYING), False),  # may be busy again
        (call("102", CallDirection.INCOMING), False),  # it rings here, and may stay so
        (call("102", CallDirection.INCOMING, is_answered=True), True),
        (call("103", CallDirection.OUTGOING), False),
    ],
)
def test_it_ends_when_we_have_reached_each_other(running, is_over):
    assert (reviewed(WISH, "102", lamp(LampState.BUSY), [running], NOW) is None) is is_over
