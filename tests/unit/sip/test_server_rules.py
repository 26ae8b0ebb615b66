"""Which feature codes the server is told, and when."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.feature_codes import FeatureCodes, SwitchCode
from contracts.incoming import Callers, DoNotDisturb, Forwarding, IncomingRules, RuleName, ServerUse
from services.sip.server_rules import (
    ANSWER_WAIT,
    RETRY_PAUSE,
    Told,
    WantedCode,
    answered,
    is_due,
    use_of,
    wanted_codes,
)

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
CODES = FeatureCodes(
    always=SwitchCode(switch_on="*72{target}", switch_off="*73"),
    do_not_disturb=SwitchCode(switch_on="*78", switch_off="*79"),
    no_answer=SwitchCode(switch_on="*92{seconds}*{target}", switch_off="*93"),
)
DESK = Forwarding(is_on=True, target="1 02")
ON, OFF = WantedCode(code="*72102", is_on=True), WantedCode(code="*73", is_on=False)


def codes(**rules: object) -> dict[RuleName, str]:
    wanted = wanted_codes(IncomingRules(**rules), CODES, "practice", NOW)
    return {name: each.code for name, each in wanted.items()}


def test_a_code_is_filled_in_for_each_rule_that_has_one():
    rules = {"always": DESK, "no_answer": DESK, "no_answer_after_s": 15, "busy": DESK}
    assert codes(**rules) == {"always": "*72102", "do_not_disturb": "*79", "no_answer": "*9215*102"}
    assert codes(do_not_disturb=DoNotDisturb(is_on=True))["do_not_disturb"] == "*78"


@pytest.mark.parametrize(
    "rules",
    [
        {"always": DESK.model_copy(update={"is_on": False})},
        {"always": DESK.model_copy(update={"callers": Callers.INTERNAL})},
        {"always": DESK.model_copy(update={"target": "carol"})},
        {"always": DESK, "suspended_until": NOW + timedelta(minutes=1)},
    ],
    ids=["off", "not for everybody", "to a name", "after a call for help"],
)
def test_what_the_server_cannot_or_must_not_apply_is_off_there(rules):
    assert codes(**rules)["always"] == "*73"


def test_what_was_never_switched_on_is_not_switched_off():
    assert not is_due(OFF, Told(), NOW)
    assert use_of(OFF, Told()) is None
    assert not is_due(OFF, Told(asked="*72102", asked_at=NOW, is_refused=True), NOW)
    assert is_due(OFF, Told(taken="*72102"), NOW)
    assert is_due(OFF, Told(asked="*72102", asked_at=NOW), NOW)  # it may have been taken


def test_a_code_is_dialled_until_the_server_has_taken_it():
    asked = Told(asked="*72102", asked_at=NOW)
    assert (is_due(ON, asked, NOW), use_of(ON, asked)) == (False, ServerUse.PENDING)
    assert is_due(ON, asked, NOW + ANSWER_WAIT)
    taken = answered(asked, "*72102", is_taken=True)
    assert (is_due(ON, taken, NOW), use_of(ON, taken)) == (False, ServerUse.ACTIVE)


def test_a_refused_code_is_told_and_tried_again_after_a_while():
    refused = answered(Told(asked="*72102", asked_at=NOW), "*72102", is_taken=False)
    assert use_of(ON, refused) is ServerUse.REFUSED
    assert [is_due(ON, refused, NOW + each) for each in (ANSWER_WAIT, RETRY_PAUSE)] == [False, True]


def test_the_answer_to_a_code_that_is_not_wanted_any_more_changes_nothing():
    told = Told(asked="*73", asked_at=NOW)
    assert answered(told, "*72102", is_taken=True) == told
    assert use_of(OFF, told) is ServerUse.PENDING


def test_a_forwarding_code_has_to_tell_the_target():
    with pytest.raises(ValueError, match="target"):
        FeatureCodes(busy=SwitchCode(switch_on="*90", switch_off="*91"))
