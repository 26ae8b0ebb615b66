"""Calls that come in: let in, put off or sent on, by the person's rules."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

import structlog

from contracts.errors import WrongCallState
from contracts.incoming import Callers, Diversion, DiversionReason, IncomingRules
from contracts.instance import InstanceProfile
from contracts.sip import CallState, RejectScope
from services.sip.calls import keeps_busy
from services.sip.engine.legs import Leg
from services.sip.incoming import after_rejection, caller_of, suspended, verdict
from services.sip.targets import Undiallable, target_uri

log = structlog.get_logger(__name__)

ACKNOWLEDGED_WITHIN_S = 5.0


@dataclass(frozen=True)
class _Wait:
    """A call that rings is sent on then."""

    call_id: str
    until: float
    diversion: Diversion


class IncomingCalls:
    """Knows the rules, and what is still to become of the calls that ring."""

    def __init__(self) -> None:
        self.rules = IncomingRules()
        self._profile = InstanceProfile(name="-", domain="invalid")
        self._waits: list[_Wait] = []

    def belong_to(self, profile: InstanceProfile) -> None:
        """Whose numbers are internal, and whom calls are sent on by."""
        self._profile = profile

    def admit(self, leg: Leg, others: Iterable[Leg]) -> bool:
        """Let a call ring that has just come, for as long as it may; False: it does not at all."""
        is_busy = any(keeps_busy(other.call) for other in others if other is not leg)
        given = verdict(self.rules, self._caller(leg), datetime.now(UTC), is_busy=is_busy)
        if given.diversion is not None:  # never at once: this is a callback of the library
            self._wait(leg, given.rings_for_s or 0, given.diversion)
        if given.rings_for_s == 0:
            return False
        if given.unheard is not None:
            self._wait(leg, ACKNOWLEDGED_WITHIN_S, given.unheard)
        leg.ring()
        return True

    def acknowledge(self, call_id: str) -> None:
        """A screen rings."""
        heard = DiversionReason.FOLLOW_ME
        self._waits = [
            each
            for each in self._waits
            if each.call_id != call_id or each.diversion.reason is not heard
        ]

    def reject(self, leg: Leg, scope: RejectScope) -> None:
        """By the person; whoever is busy here may be sent on."""
        diversion = after_rejection(self.rules, self._caller(leg))
        if scope is RejectScope.EVERYWHERE or diversion is None:
            leg.refuse(scope)
        else:
            self._divert(leg, diversion)

    def suspend(self) -> None:
        """Rescuers may call back."""
        self.rules = suspended(self.rules, datetime.now(UTC))

    def pump(self, legs: Mapping[str, Leg]) -> None:
        """Send on what has rung for long enough."""
        for wait in list(self._waits):
            leg = legs.get(wait.call_id)
            is_ringing = leg is not None and leg.call.state is CallState.EARLY
            if is_ringing and monotonic() < wait.until:
                continue
            self._waits.remove(wait)
            if leg is not None and is_ringing:
                self._divert(leg, wait.diversion)

    def _divert(self, leg: Leg, diversion: Diversion) -> None:
        contact_uri = None
        if diversion.target is not None:
            try:
                contact_uri = target_uri(diversion.target, self._profile.domain)
            except Undiallable as error:  # it could be dialled when the rule was made
                log.warning("not forwarded", call_id=leg.call.call_id, problem=error.problem)
        with suppress(WrongCallState):  # the caller has given up at this moment
            leg.divert(diversion, contact_uri)

    def _caller(self, leg: Leg) -> Callers:
        return caller_of(leg.call.remote, self._profile.region)

    def _wait(self, leg: Leg, wait_s: float, diversion: Diversion) -> None:
        self._waits.append(_Wait(leg.call.call_id, monotonic() + wait_s, diversion))
