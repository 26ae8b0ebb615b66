"""Rules that the server applies by itself: which feature codes are to be dialled."""

from datetime import datetime, timedelta

from pydantic import AwareDatetime

from contracts.base import Model
from contracts.feature_codes import FeatureCodes
from contracts.incoming import Callers, Forwarding, IncomingRules, RuleName, ServerUse
from services.sip.targets import Undiallable, number_of, target_uri

ANSWER_WAIT = timedelta(seconds=40)
"""Longer than it takes to call a code."""
RETRY_PAUSE = timedelta(minutes=5)


class Told(Model):
    """What the server was told about one rule: the code that it took, and the one asked last."""

    taken: str | None = None
    asked: str | None = None
    asked_at: AwareDatetime | None = None
    is_refused: bool = False


class WantedCode(Model):
    """The code that is to be in force, and whether it switches the rule on."""

    code: str
    is_on: bool


def wanted_codes(
    rules: IncomingRules, codes: FeatureCodes, domain: str, now: datetime
) -> dict[RuleName, WantedCode]:
    """For each rule that the server has codes for.

    It can apply what holds for everybody, and goes to a number; the rest is done here (302).
    """
    is_suspended = rules.suspended_until is not None and now < rules.suspended_until
    wanted = {}
    for name in RuleName:
        switch, rule = getattr(codes, name), getattr(rules, name)
        if switch is None:
            continue
        number = _number(rule, domain)
        is_on = rule.is_on and rule.callers is Callers.EVERYONE and number is not None
        code = switch.switch_off
        if is_on and not is_suspended:
            seconds = str(rules.no_answer_after_s)
            code = switch.switch_on.replace("{target}", number or "").replace("{seconds}", seconds)
        wanted[name] = WantedCode(code=code, is_on=code != switch.switch_off)
    return wanted


def is_due(wanted: WantedCode, told: Told, now: datetime) -> bool:
    """Whether to dial it now. What was never switched on from here is not switched off."""
    if _is_agreed(wanted, told):
        return False
    if told.asked != wanted.code or told.asked_at is None:
        return True
    return now - told.asked_at >= (RETRY_PAUSE if told.is_refused else ANSWER_WAIT)


def use_of(wanted: WantedCode, told: Told) -> ServerUse | None:
    """How far the server is; None: it has nothing to do with the rule."""
    if _is_agreed(wanted, told):
        return ServerUse.ACTIVE if wanted.is_on else None
    is_refused = told.is_refused and told.asked == wanted.code
    return ServerUse.REFUSED if is_refused else ServerUse.PENDING


def answered(told: Told, code: str, *, is_taken: bool) -> Told:
    """After the server's answer."""
    if told.asked != code:
        return told
    taken = code if is_taken else told.taken
    return told.model_copy(update={"taken": taken, "is_refused": not is_taken})


def _is_agreed(wanted: WantedCode, told: Told) -> bool:
    was_never_on = told.taken is None and (told.asked is None or told.is_refused)
    return told.taken == wanted.code or (was_never_on and not wanted.is_on)


def _number(rule: object, domain: str) -> str | None:
    """Where it goes, "" if it goes nowhere; None: to nobody whom a code can name."""
    if not isinstance(rule, Forwarding):
        return ""
    try:
        return number_of(target_uri(rule.target, domain))
    except Undiallable:
        return None
