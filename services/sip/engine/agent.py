"""The user agent: pjsua2's endpoint with one account and its calls, driven by one thread."""

import gc
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from uuid import uuid4

import pjsua2 as pj
import structlog

from bus.engine_server import EngineServer
from contracts.base import Model
from contracts.errors import CallNotFound, CallNotPlaced, SignedOut, WrongCallState
from contracts.identity import SipUri
from contracts.registration import Registration
from contracts.sip import (
    Call,
    CallDirection,
    CallState,
    Microphone,
    Priority,
    RejectScope,
)
from contracts.voicemail import Voicemail
from services.sip.engine.account import LEAVE_TIMEOUT_S, AgentAccount
from services.sip.engine.commands import (
    CallUpdate,
    Dialog,
    EngineAccount,
    PickedUp,
    RegistrationUpdate,
    SipEngine,
    SipSnapshot,
    VoicemailUpdate,
)
from services.sip.engine.conferences import dissolve, heard_together, join, together
from services.sip.engine.endpoint import SipEndpoint
from services.sip.engine.lamps import Lamps
from services.sip.engine.legs import Leg
from services.sip.engine.media import ScreenPort
from services.sip.engine.recordings import Recordings
from services.sip.engine.recovery import RecoveredLeg
from services.sip.engine.registration import SipRegistration
from services.sip.engine.remotes import remote_of
from services.sip.engine.tones import ProgressTones
from services.sip.engine.wires import Wires
from services.sip.settings import SipEngineSettings

log = structlog.get_logger(__name__)

MAX_CALLS = 8


class SipAgent(SipEngine):
    """Runs in the thread that polls; no object of the library leaves this folder."""

    def __init__(self, settings: SipEngineSettings, user_agent: str) -> None:
        self._server: EngineServer | None = None
        self._endpoint = SipEndpoint(
            settings,
            user_agent=user_agent,
            max_calls=2 * MAX_CALLS,
            on_disconnected=lambda prm: self._account.disconnected(prm),
        )
        self._account = AgentAccount(
            self._endpoint, self._account_changed, self._invited, self._moved
        )
        self._lamps = Lamps(self._emit)
        self.screen = ScreenPort(settings.sip_clock_rate_hz)
        self._tones = ProgressTones(self.screen)
        self._wires = Wires()
        self._recordings = Recordings(settings, self.screen)
        self._legs: dict[str, Leg] = {}
        self._ended: dict[str, Call] = {}
        self._ended_legs: list[Leg] = []

    # the loop

    def report_to(self, server: EngineServer) -> None:
        self._server = server

    def poll(self, poll_ms: int) -> None:
        self._endpoint.libHandleEvents(poll_ms)
        self._ended_legs.clear()  # outside of their callbacks
        for leg in list(self._legs.values()):
            leg.pump()
        self._account.pump(self._legs.values())
        self._lamps.pump()
        self._hold_latecomers()
        self._connect()
        self._tones.update(self._legs.values())

    def wake(self) -> None:
        self._endpoint.bell.ring()

    def snapshot(self) -> SipSnapshot:
        registration = self._account.current
        return SipSnapshot(
            account=registration.account if registration else None,
            registration=self._account.registration,
            voicemail=registration.voicemail if registration else None,
            calls=[
                *(leg.update() for leg in self._legs.values()),
                *(CallUpdate(call=call) for call in self._ended.values()),
            ],
            lamps=self._lamps.all(),
        )

    def close(self) -> None:
        """Hang up, unregister, and destroy everything in the one order that does not abort."""
        self.remove_account()
        leave_at = monotonic() + LEAVE_TIMEOUT_S
        while (self._legs or self._account.is_leaving) and monotonic() < leave_at:
            self.poll(10)
        for leg in self._legs.values():
            leg.drop_media()
        self._wires.clear()
        self._recordings.close()
        self._ended_legs.clear()
        self._legs.clear()
        self._account.close()
        del self._tones, self.screen
        gc.collect()
        self._endpoint.libDestroy()
        del self._account, self._endpoint

    # commands: the account

    def put_account(self, account: EngineAccount) -> None:
        self.remove_account()
        self._lamps.put(self._account.put(account))

    def get_registration(self) -> Registration:
        return self._account.registration

    def remove_account(self) -> None:
        for leg in list(self._legs.values()):
            with suppress(WrongCallState):  # it is ending already
                leg.end()
        self._lamps.remove()
        self._account.remove()

    # commands: calls

    def place_call(
        self,
        call_id: str,
        target_uri: SipUri,
        dialled_text: str,
        picked_up: PickedUp | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Call:
        registration = self._account.current
        if registration is None:
            raise SignedOut
        if priority is Priority.EMERGENCY:
            for leg in self._legs.values():
                if leg.call.priority is Priority.EMERGENCY and leg.call.remote.uri == target_uri:
                    return leg.call
        elif len(self._legs) >= MAX_CALLS:
            raise CallNotPlaced("too many calls")
        call = Call(
            call_id=call_id,
            revision=1,
            direction=CallDirection.OUTGOING,
            state=CallState.TRYING,
            dialled_text=dialled_text,
            priority=priority,
            remote=picked_up.remote if picked_up else remote_of(target_uri),
            picked_up_from=picked_up.picked_up_from if picked_up else None,
            started_at=datetime.now(UTC),
        )
        self._hold_all_but(None)
        leg = Leg(registration, call, self.screen, self._call_changed)
        self._legs[call_id] = leg
        offer = pj.CallOpParam(True)  # noqa: FBT003
        offer.opt.audioCount, offer.opt.videoCount = 1, 0
        try:
            leg.makeCall(target_uri, offer)
        except pj.Error as error:  # nothing was sent: no transport, no port
            log.warning("call not placed", reason=error.reason)
            if leg.call.state is not CallState.TERMINATED:
                del self._legs[call_id]
                raise CallNotPlaced(error.reason) from error
        self._emit(leg.update())
        return leg.call

    def take_back(self, call: Call, dialog: Dialog) -> Call:
        if (leg := self._legs.get(call.call_id)) is not None:
            leg.go_on_from(call.revision)
            return leg.call
        registration = self._account.current
        if registration is None:
            raise SignedOut
        leg = RecoveredLeg(registration, call, dialog, self.screen, self._call_changed)
        self._legs[call.call_id] = leg
        return leg.call

    def answer(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        leg.accept()
        self._hold_all_but(leg)
        return leg.call

    def reject(self, call_id: str, scope: RejectScope) -> Call:
        leg = self._leg(call_id)
        leg.refuse(scope)
        return leg.call

    def hang_up(self, call_id: str) -> Call:
        if call_id in self._ended:
            return self._ended[call_id]
        leg = self._leg(call_id)
        leg.end()
        return leg.call

    def hold(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        for each in self._together(leg):
            each.set_hold(held=True)
        return leg.call

    def resume(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        for each in self._together(leg):
            each.set_hold(held=False)
        self._hold_all_but(leg)
        return leg.call

    def mute(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        for each in self._together(leg):
            each.set_microphone(Microphone.MUTED)
        return leg.call

    def unmute(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        for each in self._together(leg):
            each.set_microphone(Microphone.LIVE)
        return leg.call

    def send_dtmf(self, call_id: str, digits: str) -> Call:
        leg = self._leg(call_id)
        leg.press(digits)
        return leg.call

    def start_conference(self, call_ids: list[str]) -> list[Call]:
        members = join([self._leg(call_id) for call_id in call_ids], self._legs.values())
        self._hold_all_but(members[0])
        return [leg.call for leg in members]

    def drop_participant(self, conference_id: str, call_id: str) -> Call:
        call = self._ended.get(call_id) or self._leg(call_id).call
        if call.conference_id != conference_id:
            raise CallNotFound("not in this conference", call_id=call_id)
        return self.hang_up(call_id)

    def end_conference(self, conference_id: str) -> None:
        legs = self._legs.values()
        for leg in [each for each in legs if each.call.conference_id == conference_id]:
            leg.end()

    def start_recording(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        self._recordings.start(leg, self._legs.values())
        return leg.call

    def stop_recording(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        self._recordings.stop(leg, self._legs.values())
        return leg.call

    def forget_call(self, call_id: str) -> None:
        self._ended.pop(call_id, None)

    # what the library reports

    def _invited(self, prm: pj.OnIncomingCallParam) -> None:
        registration = self._account.current
        if registration is None or not registration.vouches_for(prm.rdata):
            log.warning("INVITE refused", source=prm.rdata.srcAddress)
            _refuse(registration, prm.callId, pj.PJSIP_SC_FORBIDDEN)
            return
        if len(self._legs) >= MAX_CALLS:
            _refuse(registration, prm.callId, pj.PJSIP_SC_BUSY_HERE)
            return
        call = Call(
            call_id=uuid4().hex,
            revision=1,
            direction=CallDirection.INCOMING,
            state=CallState.EARLY,
            remote=remote_of(""),
            started_at=datetime.now(UTC),
        )
        leg = Leg(registration, call, self.screen, self._call_changed, prm.callId)
        info = leg.getInfo()
        remote = registration.at_home(remote_of(info.remoteUri))
        leg.call = call.model_copy(update={"remote": remote})
        self._legs[call.call_id] = leg
        self._emit(leg.update())
        ringing = pj.CallOpParam()
        ringing.statusCode = pj.PJSIP_SC_RINGING
        leg.answer(ringing)

    def _moved(self) -> None:
        self._lamps.renew()
        for leg in self._legs.values():
            leg.move()

    def _account_changed(self, change: Registration | Voicemail) -> None:
        if isinstance(change, Voicemail):
            self._emit(VoicemailUpdate(voicemail=change))
        else:
            self._emit(RegistrationUpdate(registration=change))

    def _call_changed(self, leg: Leg) -> None:
        call = leg.call
        if self._legs.get(call.call_id) is not leg:
            return
        if call.state is CallState.TERMINATED:
            del self._legs[call.call_id]
            self._ended_legs.append(leg)
            self._ended[call.call_id] = call
            self._tones.ended(call)
        self._emit(leg.update())
        if call.state is CallState.TERMINATED:
            dissolve(call.conference_id, self._legs.values())

    # the rest

    def _emit(self, update: Model) -> None:
        if self._server is not None:
            self._server.emit(update)

    def _leg(self, call_id: str) -> Leg:
        leg = self._legs.get(call_id)
        if leg is None:
            raise CallNotFound(call_id, call_id=call_id)
        return leg

    def _connect(self) -> None:
        legs = self._legs.values()
        self._wires.update(heard_together(legs) | self._recordings.wires(legs))
        self._recordings.release()

    def _together(self, leg: Leg) -> list[Leg]:
        return together(leg, self._legs.values())

    def _hold_all_but(self, chosen: Leg | None) -> None:
        """Hold what is talked on, except a call and those that are in conference with it."""
        kept = self._together(chosen) if chosen else []
        for leg in self._legs.values():
            if leg not in kept and leg.call.state is CallState.CONFIRMED and leg.wants_audio():
                leg.set_hold(held=True)

    def _hold_latecomers(self) -> None:
        """A call that we placed, answered while another is talked on, waits for its turn."""
        legs = [leg for leg in self._legs.values() if leg.call.state is CallState.CONFIRMED]
        talking = [leg for leg in legs if leg.wants_audio()]
        if len(talking) > 1:
            self._hold_all_but(min(talking, key=_precedence))


def _precedence(leg: Leg) -> tuple[bool, datetime]:
    """Help first, then who has talked longest."""
    call = leg.call
    return call.priority is not Priority.EMERGENCY, call.answered_at or call.started_at


def _refuse(registration: SipRegistration | None, library_id: int, sip_status: int) -> None:
    if registration is None:
        return
    call = pj.Call(registration, library_id)
    answer = pj.CallOpParam()
    answer.statusCode = sip_status
    call.hangup(answer)
