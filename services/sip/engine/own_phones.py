"""Calls that are made on another telephone of the person's (docs/adr/0011).

We call that telephone, then the target, and leave them to each other as after a transfer. Until
then whoever holds the telephone hears by our bridge what becomes of the call.
"""

from collections.abc import Callable, MutableMapping
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from uuid import uuid4

import pjsua2 as pj
import structlog

from contracts.errors import CallNotPlaced, WrongCallState
from contracts.identity import SipUri
from contracts.phones import OwnPhone, PhoneState, PlacedOn
from contracts.sip import (
    Call,
    CallProblem,
    CallState,
    TerminationCause,
    Transfer,
    TransferState,
)
from services.sip.engine.endings import Endings
from services.sip.engine.legs import Leg
from services.sip.engine.media import ScreenPort, audio_only
from services.sip.engine.outgoing import outgoing
from services.sip.engine.registration import SipRegistration
from services.sip.engine.tones import Tone, TonePlayer, closing_tone
from services.sip.engine.transfers import REFER_TIMEOUT_S
from services.sip.engine.unheard import HiddenLeg, UnheardLeg
from services.sip.engine.wires import Wire

log = structlog.get_logger(__name__)

PHONE_RINGS_FOR_S = 18.0
"""Most servers give a call to the voicemail later, and a box must not be connected."""
CLOSING_TONE_S = 3.0


class PhoneLeg(HiddenLeg):
    """The dialog with the telephone."""


class TargetLeg(UnheardLeg):
    """What everybody else knows as the call; its dialog begins when the telephone is answered."""

    is_invited = False

    def invite(self, uri: SipUri) -> None:
        self.is_invited = True
        try:
            self.makeCall(uri, audio_only())
        except pj.Error as error:
            log.warning("call not placed", reason=error.reason)
            if self.call.state is not CallState.TERMINATED:
                self.conclude(TerminationCause.ERROR, CallProblem.SERVER_UNREACHABLE)

    def end(self) -> None:
        if self.is_invited:
            super().end()
        elif self.call.state is not CallState.TERMINATED:
            self.conclude(TerminationCause.CANCELLED, None)

    def conclude(self, cause: TerminationCause, problem: CallProblem | None) -> None:
        """The end of a call without a dialog."""
        self.revise(
            state=CallState.TERMINATED, cause=cause, problem=problem, ended_at=datetime.now(UTC)
        )

    def show(self, state: PhoneState) -> None:
        if self.call.placed_on is not None:
            self.revise(placed_on=self.call.placed_on.model_copy(update={"state": state}))


class PhoneCall:
    """A telephone of the person's, and the call that is made on it.

    A leg that has ended is let go of at once (`Endings`).
    """

    def __init__(
        self, phone: PhoneLeg, target: TargetLeg, target_uri: SipUri, clock_rate_hz: int
    ) -> None:
        self._phone: PhoneLeg | None = phone
        self._target: TargetLeg | None = target
        self._target_uri = target_uri
        self._tone = TonePlayer(clock_rate_hz)
        self._rings_until: float | None = None
        self._referred_until: float | None = None
        self._hangs_up_at = 0.0

    @property
    def is_over(self) -> bool:
        return self._phone is None and self._target is None

    def pump(self) -> None:
        """Take the next step; what ends meanwhile is let go of."""
        if self._phone is not None and self._target is not None:
            self._go_on(self._phone, self._target)
        target, phone = self._target, self._phone
        if target is not None and target.call.state is CallState.TERMINATED:
            self._target = None
            self._say_goodbye(target.call)
        if phone is not None and self._target is None and monotonic() >= self._hangs_up_at:
            _end(phone)
        if phone is not None and phone.call.state is CallState.TERMINATED:
            self._phone = None

    def wires(self) -> set[Wire]:
        """What is heard in the telephone, and by the target."""
        phone, target = self._phone, self._target
        if phone is None or phone.call.state is not CallState.CONFIRMED:
            return set()
        if target is None or target.media is None:
            return {(self._tone, phone)}
        is_answered = target.call.state is CallState.CONFIRMED
        return {(target, phone), (phone, target)} if is_answered else {(target, phone)}

    def _go_on(self, phone: PhoneLeg, target: TargetLeg) -> None:
        if target.call.state is CallState.TERMINATED:
            return
        if phone.call.state is CallState.TERMINATED:
            self._phone_left(phone.call, target)
        elif phone.call.state is CallState.EARLY:
            self._await(phone, target)
        elif phone.call.state is CallState.CONFIRMED and not target.is_invited:
            target.show(PhoneState.CONFIRMED)
            target.invite(self._target_uri)
        elif target.call.state is CallState.EARLY:
            self._tone.play(Tone.RINGBACK)
        elif target.call.state is CallState.CONFIRMED:
            self._connect(phone, target)

    def _await(self, phone: PhoneLeg, target: TargetLeg) -> None:
        """For as long as no voicemail box will answer."""
        target.show(PhoneState.EARLY)
        self._rings_until = self._rings_until or monotonic() + PHONE_RINGS_FOR_S
        if monotonic() > self._rings_until:
            _end(phone)
            target.show(PhoneState.FAILED)
            target.conclude(TerminationCause.TIMEOUT, CallProblem.NO_ANSWER)

    def _phone_left(self, phone: Call, target: TargetLeg) -> None:
        if target.is_invited:
            _end(target)
        else:
            target.show(PhoneState.FAILED)
            target.conclude(phone.cause or TerminationCause.ERROR, phone.problem)

    def _connect(self, phone: PhoneLeg, target: TargetLeg) -> None:
        """Ask for the telephone to take our place in the call, once."""
        if self._referred_until is not None:
            if monotonic() > self._referred_until:
                self._bridge()
            return
        self._referred_until = monotonic() + REFER_TIMEOUT_S
        self._tone.play(None)
        target.revise(transfer=Transfer(state=TransferState.CONFIRMED, target=phone.call.remote))
        phone.on_referred = self._referred
        try:
            phone.xferReplaces(target, pj.CallOpParam(True))  # noqa: FBT003
        except pj.Error as error:
            log.warning("REFER not sent", call_id=target.call.call_id, reason=error.reason)
            self._bridge()

    def _referred(self, sip_status: int) -> None:
        """What became of it (RFC 3515 section 2.4.5)."""
        target = self._target
        if target is None or target.call.transfer is None or sip_status < 200:
            return
        if sip_status >= 300:
            log.info("telephone not connected", sip_status=sip_status)
            self._bridge()
            return
        done = target.call.transfer.model_copy(update={"state": TransferState.COMPLETED})
        target.revise(transfer=done)
        _end(target)

    def _bridge(self) -> None:
        """They go on to hear each other by us."""
        if self._target is not None and self._target.call.transfer is not None:
            self._target.revise(transfer=None)
            self._target.show(PhoneState.BRIDGED)

    def _say_goodbye(self, target: Call) -> None:
        if target.problem is not None:
            self._tone.play(closing_tone(target.problem))
            self._hangs_up_at = monotonic() + CLOSING_TONE_S


class PhoneCalls:
    """All that are being made on other telephones."""

    def __init__(
        self,
        legs: MutableMapping[str, Leg],
        screen: ScreenPort,
        on_change: Callable[[Leg], None],
        endings: Endings,
    ) -> None:
        self._legs = legs
        self._screen = screen
        self._on_change = on_change
        self._endings = endings
        self._calls: list[PhoneCall] = []
        self._over: list[PhoneCall] = []

    def place(
        self,
        registration: SipRegistration,
        phone: OwnPhone,
        phone_uri: SipUri,
        call: Call,
        target_uri: SipUri,
    ) -> Leg:
        """The call to the target; its telephone is called first. Raises CallNotPlaced."""
        placed_on = PlacedOn(name=phone.name, number=phone.number, state=PhoneState.TRYING)
        own, call = (
            each.model_copy(update={"placed_on": placed_on})
            for each in (outgoing(uuid4().hex, phone_uri, phone.number), call)
        )
        phone_leg = PhoneLeg(registration, own, self._screen, self._phone_changed)
        self._legs[own.call_id] = phone_leg
        try:
            phone_leg.makeCall(phone_uri, audio_only())
        except pj.Error as error:
            self._legs.pop(own.call_id, None)
            raise CallNotPlaced(error.reason) from error
        target = TargetLeg(registration, call, self._screen, self._on_change)
        self._legs[call.call_id] = target
        self._calls.append(PhoneCall(phone_leg, target, target_uri, self._screen.clock_rate_hz))
        return target

    def pump(self) -> None:
        """See how far each has got."""
        for call in list(self._calls):
            call.pump()
            if call.is_over:
                self._calls.remove(call)
                self._over.append(call)

    def wires(self) -> set[Wire]:
        """What they need now. Those that are over are let go of by `release`."""
        return {wire for call in self._calls for wire in call.wires()}

    def release(self) -> None:
        """Of those that no wire leads to any more."""
        self._over.clear()

    def clear(self) -> None:
        """Before the library is destroyed."""
        self._calls.clear()
        self._over.clear()

    def _phone_changed(self, leg: Leg) -> None:
        if leg.call.state is CallState.TERMINATED and self._legs.get(leg.call.call_id) is leg:
            del self._legs[leg.call.call_id]
            self._endings.add(leg)


def _end(leg: Leg) -> None:
    with suppress(WrongCallState):  # the server was faster
        leg.end()
