"""Calls of an engine that died, taken back by INVITE with Replaces (RFC 3891)."""

from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic

import pjsua2 as pj
import structlog

from contracts.errors import WrongCallState
from contracts.registration import RegistrationState
from contracts.sip import (
    Call,
    CallContinuity,
    CallState,
    MediaDirection,
    TerminationCause,
)
from services.sip.calls import lost
from services.sip.engine.commands import Dialog
from services.sip.engine.dialogs import dialog_of, replaces, replacing
from services.sip.engine.legs import HOLD_TIMEOUT_S, Leg
from services.sip.engine.media import ScreenPort, audio_only
from services.sip.engine.registration import SipRegistration

log = structlog.get_logger(__name__)

RECOVERY_TIMEOUT_S = 3.0


class RecoveredLeg(Leg):
    """The new dialog of a call. For everybody else the call is confirmed all the time.

    Until the other side has answered, commands are kept: hold and mute, and above all hanging up,
    since only who has the new dialog can end the old one.
    """

    def __init__(
        self,
        registration: SipRegistration,
        call: Call,
        dialog: Dialog,
        screen: ScreenPort,
        on_change: Callable[[Leg], None],
    ) -> None:
        super().__init__(registration, call, screen, on_change)
        self._dialog = self._replaced = dialog
        self._wants_hold = call.local_direction is not MediaDirection.SENDRECV
        self._give_up_at = monotonic() + RECOVERY_TIMEOUT_S
        self._hold_given_up_at = self._give_up_at + HOLD_TIMEOUT_S
        self._is_invited = False
        self._is_to_end = False

    def end(self) -> None:
        if self._is_pending():
            self._is_to_end = True
        else:
            super().end()

    def press(self, digits: str) -> None:
        if self._is_pending():
            raise WrongCallState("the call is being restored", state=self.call.state)
        super().press(digits)

    def require_transferable(self) -> None:
        if self._is_pending():
            raise WrongCallState("the call is being restored", state=self.call.state)
        super().require_transferable()

    def pump(self) -> None:
        if not self._is_pending():
            super().pump()
        elif monotonic() > self._give_up_at:
            self._lose("no answer in time")
        elif (
            not self._is_invited
            and self._registration.registration.state is RegistrationState.ACTIVE
        ):
            self._invite()

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        if not self._is_pending():
            super().onCallState(prm)
            return
        info = self.getInfo()
        self._dialog = dialog_of(info, prm.e) or self._dialog
        if info.state == pj.PJSIP_INV_STATE_CONFIRMED:
            self._answered()
        elif info.state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self._lose(f"{info.lastStatusCode} {info.lastReason}")

    def _is_pending(self) -> bool:
        is_confirmed = self.call.state is CallState.CONFIRMED
        return is_confirmed and self.call.continuity is CallContinuity.INTERRUPTED

    def _invite(self) -> None:
        self._is_invited = True
        offer = replacing(audio_only(), replaces(self._replaced))
        try:
            self.makeCall(self.call.remote.uri or self._replaced.remote_target, offer)
        except pj.Error as error:
            self._lose(error.reason)

    def _answered(self) -> None:
        log.info("call taken back", call_id=self.call.call_id)
        self.revise(continuity=CallContinuity.RESTORED)
        if self._is_to_end:
            self.end()

    def _lose(self, reason: str) -> None:
        """What is left of the new dialog goes with this object."""
        log.warning("call not taken back", call_id=self.call.call_id, reason=reason)
        call = lost(self.call, datetime.now(UTC))
        if self._is_to_end:
            call = call.model_copy(update={"cause": TerminationCause.LOCAL_BYE, "problem": None})
        self._disconnect()
        self.call = call
        self._on_change(self)
