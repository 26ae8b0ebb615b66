"""Handing calls over (RFC 5589): we call the target ourselves, and leave when it has answered.

A REFER to the target alone would do on a proxy. A server in whose hands our dialogs end takes the
call for good with it: Asterisk says 200 while the target still rings, and drops the caller of
whom is busy. Replaces (RFC 3891) is as good on both, and the call can always come back.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from time import monotonic

import pjsua2 as pj
import structlog

from contracts.errors import CallNotPlaced, WrongCallState
from contracts.identity import SipUri
from contracts.sip import (
    Call,
    CallProblem,
    CallState,
    TerminationCause,
    Transfer,
    TransferState,
)
from services.sip.engine.legs import Leg
from services.sip.engine.parking import Parking
from services.sip.engine.turns import talked_on

log = structlog.get_logger(__name__)

REFER_TIMEOUT_S = 10.0
PlaceCall = Callable[[str, SipUri, str], Call]


class Transfers:
    """The calls that are on their way to somebody else."""

    def __init__(self, legs: Mapping[str, Leg], place_call: PlaceCall) -> None:
        self._legs = legs
        self._place_call = place_call
        self._handovers: list[Handover | Parking] = []

    def connect(self, leg: Leg, target: Leg) -> None:
        """Connect the parties of two calls; one of them may still be ringing."""
        if leg.call.state is not CallState.CONFIRMED:
            leg, target = target, leg
        self._require(leg, target)
        self._handovers.append(Handover(leg, target, self._is_quiet))

    def connect_to(self, leg: Leg, to_call_id: str, target_uri: SipUri, dialled_text: str) -> None:
        """Call somebody for this call; redirect it if it still rings here."""
        if leg.is_ringing_here():
            leg.redirect(target_uri)
            return
        self._require(leg)
        was_talked_on = leg.wants_audio()
        try:
            self._place_call(to_call_id, target_uri, dialled_text)
            target = self._legs.get(to_call_id)
            if target is None:
                raise CallNotPlaced("it ended at once")
        except CallNotPlaced:
            if was_talked_on:
                leg.set_hold(held=False)
            raise
        self._handovers.append(Handover(leg, target, self._is_quiet))

    def park(self, leg: Leg, uri: SipUri) -> None:
        """Give the call to the server, which keeps it."""
        self._require(leg)
        self._handovers.append(Parking(leg, uri))

    def pump(self) -> None:
        """See how far each has got."""
        for handover in self._handovers:
            handover.pump()
        self._handovers = [each for each in self._handovers if not each.is_over]

    def clear(self) -> None:
        """Before the library is destroyed."""
        self._handovers.clear()

    def _require(self, leg: Leg, *targets: Leg) -> None:
        for each in (leg, *targets):
            each.require_transferable()
        on_their_way = [each for handover in self._handovers for each in handover.legs]
        is_free = not any(each in on_their_way for each in (leg, *targets))
        if leg in targets or not is_free or leg.call.state is not CallState.CONFIRMED:
            raise WrongCallState("not to be connected now", state=leg.call.state)

    def _is_quiet(self) -> bool:
        """Whether no call is talked on."""
        return not talked_on(self._legs.values())


class Handover:
    """One call, and the call to its target. Neither is held when it has ended (`Endings`)."""

    def __init__(self, leg: Leg, target: Leg, is_quiet: Callable[[], bool]) -> None:
        self.is_over = False
        self._leg = leg
        self._target: Leg | None = target
        self._called = target.call
        self._is_quiet = is_quiet
        self._give_up_at: float | None = None
        leg.set_hold(held=True)
        self._show(TransferState.TRYING)
        self.pump()

    @property
    def legs(self) -> tuple[Leg, ...]:
        """Those that have not ended."""
        target = self._look()
        return (self._leg,) if target is None else (self._leg, target)

    def pump(self) -> None:
        if self.is_over:
            return
        target = self._look()
        if self._leg.call.state is CallState.TERMINATED:
            self._abandon()
        elif self._give_up_at is not None:  # the target's call may end before we are told
            if monotonic() > self._give_up_at:
                self._fail(CallProblem.TRANSFER_REFUSED)
        elif target is None:
            self._come_back()
        elif target.call.state is CallState.CONFIRMED:
            self._refer(target)
        elif target.call.state is CallState.EARLY:
            self._show(TransferState.EARLY)

    def _look(self) -> Leg | None:
        """The call to the target; None when it has ended, and nothing but its state is left."""
        if self._target is not None:
            self._called = self._target.call
            if self._called.state is CallState.TERMINATED:
                self._target = None
        return self._target

    def _refer(self, target: Leg) -> None:
        """Ask for the other party to take our place in the call to the target."""
        self._give_up_at = monotonic() + REFER_TIMEOUT_S
        self._show(TransferState.CONFIRMED)
        connecting = Transfer(state=TransferState.CONFIRMED, target=self._leg.call.remote)
        target.revise(transfer=connecting)
        self._leg.on_referred = self._referred
        try:
            self._leg.xferReplaces(target, pj.CallOpParam(True))  # noqa: FBT003
        except pj.Error as error:
            log.warning("REFER not sent", call_id=self._leg.call.call_id, reason=error.reason)
            self._fail(CallProblem.TRANSFER_REFUSED)

    def _referred(self, sip_status: int) -> None:
        """What became of the INVITE that we asked for (RFC 3515 section 2.4.5), or of our REFER."""
        if self.is_over or sip_status < 200:
            return
        if sip_status >= 300:
            log.info("transfer refused", call_id=self._leg.call.call_id, sip_status=sip_status)
            self._fail(CallProblem.TRANSFER_REFUSED)
            return
        self._finish()
        for leg in self.legs:
            if leg.call.transfer is not None and leg.call.state is not CallState.TERMINATED:
                done = leg.call.transfer.model_copy(update={"state": TransferState.COMPLETED})
                leg.revise(transfer=done)
                with suppress(WrongCallState):  # the server was faster
                    leg.end()

    def _abandon(self) -> None:
        """There is nobody left to hand over; a target that has not answered is let go."""
        self._finish()
        target = self._look()
        if target is None:
            return
        if target.call.state is CallState.CONFIRMED:
            target.revise(transfer=None)
        else:
            with suppress(WrongCallState):
                target.end()

    def _come_back(self) -> None:
        if self._called.cause is TerminationCause.CANCELLED:
            self._finish()
            self._resume()
            self._leg.revise(transfer=None)
        else:
            self._fail(self._called.problem)

    def _resume(self) -> None:
        if self._is_quiet():
            self._leg.set_hold(held=False)

    def _fail(self, problem: CallProblem | None) -> None:
        """Whoever has answered stays with us, too."""
        self._finish()
        target = self._look()
        if target is None:
            self._resume()
        else:
            target.revise(transfer=None)
        self._show(TransferState.FAILED, problem)

    def _finish(self) -> None:
        """The call, if it goes on, no longer holds us."""
        self.is_over = True
        self._leg.on_referred = None

    def _show(self, state: TransferState, problem: CallProblem | None = None) -> None:
        called = self._called
        transfer = Transfer(
            state=state, target=called.remote, to_call_id=called.call_id, problem=problem
        )
        self._leg.revise(transfer=transfer)
