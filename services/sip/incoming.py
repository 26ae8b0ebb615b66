"""Rules of incoming calls: whether they ring, and where they go instead."""

from datetime import datetime, timedelta

import phonenumbers

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

CALL_BACK_WINDOW = timedelta(hours=1)
"""For so long after an emergency call rescuers get through."""
LONGEST_INTERNAL_NUMBER = 6


def verdict(rules: IncomingRules, caller: Callers, now: datetime, *, is_busy: bool) -> Verdict:
    """What a call of such a caller gets; `is_busy` if we are talking or calling."""
    if rules.suspended_until is not None and now < rules.suspended_until:
        return Verdict()
    if _fits(rules.always, caller):
        return _at_once(DiversionReason.UNCONDITIONAL, rules.always.target)
    is_disturbing = _fits(rules.do_not_disturb, caller)
    if (is_disturbing or is_busy) and _fits(rules.busy, caller):
        reason = DiversionReason.DO_NOT_DISTURB if is_disturbing else DiversionReason.USER_BUSY
        return _at_once(reason, rules.busy.target)
    if is_disturbing:
        return _at_once(DiversionReason.DO_NOT_DISTURB, None)
    unheard = None
    if _fits(rules.follow_me, caller):
        unheard = Diversion(reason=DiversionReason.FOLLOW_ME, target=rules.follow_me.target)
    if not _fits(rules.no_answer, caller):
        return Verdict(unheard=unheard)
    diversion = Diversion(reason=DiversionReason.NO_ANSWER, target=rules.no_answer.target)
    return Verdict(rings_for_s=rules.no_answer_after_s, diversion=diversion, unheard=unheard)


def after_rejection(rules: IncomingRules, caller: Callers) -> Diversion | None:
    """Who rejects a call is busy (user determined user busy, 3GPP TS 24.604 section 4.5.2.6)."""
    if not _fits(rules.busy, caller):
        return None
    return Diversion(reason=DiversionReason.USER_BUSY, target=rules.busy.target)


def suspended(rules: IncomingRules, now: datetime) -> IncomingRules:
    """The same rules after an emergency call."""
    return rules.model_copy(update={"suspended_until": now + CALL_BACK_WINDOW})


def caller_of(remote: Remote, region: str | None) -> Callers:
    """Whether only the instance knows this number or name."""
    if remote.number is None:
        return Callers.INTERNAL if _is_name(remote.uri) else Callers.EXTERNAL
    is_short = len(remote.number) <= LONGEST_INTERNAL_NUMBER
    if remote.number.startswith("+") or not is_short:
        return Callers.EXTERNAL
    return Callers.EXTERNAL if _is_public(remote.number, region) else Callers.INTERNAL


def _at_once(reason: DiversionReason, target: str | None) -> Verdict:
    return Verdict(rings_for_s=0, diversion=Diversion(reason=reason, target=target))


def _fits(rule: Forwarding | DoNotDisturb, caller: Callers) -> bool:
    return rule.is_on and rule.callers in (Callers.EVERYONE, caller)


def _is_name(uri: str | None) -> bool:
    """Unlike "anonymous" (RFC 3323 section 4.1.1.3)."""
    user = (uri or "").partition(":")[2].partition("@")
    return bool(user[1]) and user[0].lower() not in ("anonymous", "unavailable", "unknown")


def _is_public(number: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(number, region))
    except phonenumbers.NumberParseException:  # "*97", or no region to read it in
        return False
