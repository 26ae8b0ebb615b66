"""What callers get, by the person's rules."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.incoming import (
    Callers,
    Diversion,
    DiversionReason,
    DoNotDisturb,
    Forwarding,
    IncomingRules,
    Verdict,
)
from contracts.sip import Remote
from services.sip.incoming import after_rejection, caller_of, suspended, verdict

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MOBILE = Forwarding(is_on=True, target="+442079460018")
DESK = Forwarding(is_on=True, target="102")
QUIET = DoNotDisturb(is_on=True)
REFUSED = Verdict(
    rings_for_s=0, diversion=Diversion(reason=DiversionReason.DO_NOT_DISTURB, target=None)
)


def given(rules: IncomingRules, caller: Callers = Callers.EXTERNAL, *, is_busy=False) -> Verdict:
    return verdict(rules, caller, NOW, is_busy=is_busy)


def sent_to(found: Verdict) -> tuple[DiversionReason, str | None, int | None]:
    assert found.diversion is not None
    return found.diversion.reason, found.diversion.target, found.rings_for_s


def test_without_rules_it_rings_even_while_we_talk():
    assert given(IncomingRules()) == given(IncomingRules(), is_busy=True) == Verdict()


def test_always_comes_before_everything_else():
    rules = IncomingRules(always=MOBILE, do_not_disturb=QUIET, busy=DESK, no_answer=DESK)
    assert sent_to(given(rules, is_busy=True)) == ("unconditional", MOBILE.target, 0)


def test_busy_forwards_only_while_we_talk():
    rules = IncomingRules(busy=DESK)
    assert sent_to(given(rules, is_busy=True)) == ("user_busy", "102", 0)
    assert given(rules) == Verdict()


def test_no_answer_rings_first():
    rules = IncomingRules(no_answer=DESK, no_answer_after_s=15)
    assert sent_to(given(rules)) == ("no_answer", "102", 15)


def test_do_not_disturb_refuses_or_goes_where_busy_calls_go():
    assert given(IncomingRules(do_not_disturb=QUIET, no_answer=DESK)) == REFUSED
    rules = IncomingRules(do_not_disturb=QUIET, busy=DESK)
    assert sent_to(given(rules)) == ("do_not_disturb", "102", 0)


def test_a_rule_may_be_for_some_callers_only():
    rules = IncomingRules(do_not_disturb=DoNotDisturb(is_on=True, callers=Callers.EXTERNAL))
    assert given(rules, Callers.EXTERNAL) == REFUSED
    assert given(rules, Callers.INTERNAL) == Verdict()


def test_a_ring_that_no_screen_hears_goes_to_the_own_phone():
    found = given(IncomingRules(follow_me=MOBILE, no_answer=DESK))
    assert found.unheard == Diversion(reason=DiversionReason.FOLLOW_ME, target=MOBILE.target)
    assert found.rings_for_s == 20


def test_rescuers_get_through_for_an_hour():
    rules = suspended(IncomingRules(always=MOBILE, do_not_disturb=QUIET), NOW)
    assert verdict(rules, Callers.EXTERNAL, NOW + timedelta(minutes=59), is_busy=True) == Verdict()
    later = verdict(rules, Callers.EXTERNAL, NOW + timedelta(minutes=61), is_busy=False)
    assert sent_to(later)[0] is DiversionReason.UNCONDITIONAL


def test_who_rejects_a_call_is_busy():
    assert after_rejection(IncomingRules(), Callers.INTERNAL) is None
    found = after_rejection(IncomingRules(busy=DESK), Callers.INTERNAL)
    assert found == Diversion(reason=DiversionReason.USER_BUSY, target="102")


@pytest.mark.parametrize(
    ("number", "uri", "caller"),
    [
        ("101", "sip:101@example.com", Callers.INTERNAL),
        (None, "sip:carol@example.com", Callers.INTERNAL),
        ("+442079460018", "sip:+442079460018@example.com", Callers.EXTERNAL),
        ("03012345678", "sip:03012345678@example.com", Callers.EXTERNAL),
        ("030123", "sip:030123@example.com", Callers.EXTERNAL),
        (None, "sip:anonymous@anonymous.invalid", Callers.EXTERNAL),
        (None, None, Callers.EXTERNAL),
    ],
)
def test_internal_is_what_only_the_instance_knows(number, uri, caller):
    assert caller_of(Remote(number=number, display_name="", uri=uri), "DE") is caller
