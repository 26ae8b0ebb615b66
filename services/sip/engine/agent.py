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
from contracts.errors import CallNotPlaced, SignedOut, WrongCallState
from contracts.identity import SipUri
from contracts.incoming import IncomingRules
from contracts.phones import OwnPhone
from contracts.registration import Registration
from contracts.sip import (
    Call,
    CallDirection,
    CallState,
    OtherCalls,
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
    SipSnapshot,
    VoicemailUpdate,
)
from services.sip.engine.conferences import dissolve, heard_together
from services.sip.engine.controls import CallControls
from services.sip.engine.dialogs import replaces, replacing
from services.sip.engine.endings import Endings
from services.sip.engine.endpoint import SipEndpoint
from services.sip.engine.feature_codes import FeatureCodeCalls
from services.sip.engine.incoming import IncomingCalls
from services.sip.engine.lamps import Lamps
from services.sip.engine.legs import Leg
from services.sip.engine.media import ScreenPort, audio_only
from services.sip.engine.outgoing import outgoing
from services.sip.engine.own_phones import PhoneCalls
from services.sip.engine.quality import QualityWatch
from services.sip.engine.recordings import Recordings
from services.sip.engine.recovery import RecoveredLeg
from services.sip.engine.remotes import remote_of
from services.sip.engine.sinks import SinkChoice
from services.sip.engine.sound_check import SoundChecks
from services.sip.engine.tones import ProgressTones
from services.sip.engine.transfers import Transfers
from services.sip.engine.turns import hold_all_but, hold_latecomers, talked_on
from services.sip.engine.unheard import HiddenLeg
from services.sip.engine.wires import Wires
from services.sip.settings import SipEngineSettings

log = structlog.get_logger(__name__)

MAX_CALLS = 8


class SipAgent(CallControls):
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
        self._quality = QualityWatch()
        self._sinks = SinkChoice(self.screen, settings.sip_host_audio_socket)
        self._sound_checks = SoundChecks(self.screen, self._sinks)
        self._incoming = IncomingCalls()
        self._legs: dict[str, Leg] = {}
        self._transfers = Transfers(self._legs, self.place_call)
        self._ended: dict[str, Call] = {}
        self._endings = Endings()
        self._phone_calls = PhoneCalls(self._legs, self.screen, self._call_changed, self._endings)
        self._feature_codes = FeatureCodeCalls(self._legs, self.screen, self._emit, self._endings)

    # the loop

    def report_to(self, server: EngineServer) -> None:
        self._server = server

    def poll(self, poll_ms: int) -> None:
        self._endpoint.libHandleEvents(poll_ms)
        self._pump()
        self._endings.settle()  # no variable of ours may hold what has ended

    def _pump(self) -> None:
        for leg in list(self._legs.values()):
            leg.pump()
        self._account.pump(self._legs.values())
        self._transfers.pump()
        self._phone_calls.pump()
        self._feature_codes.pump()
        self._lamps.pump()
        self._incoming.pump(self._legs)
        hold_latecomers(self._legs.values())
        self._connect()
        self._quality.update(self._legs.values())
        self._sound_checks.update(self._legs.values())
        self._sinks.update(self._legs.values(), self._sound_checks.audio_sink)
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
                *(leg.update() for leg in self._legs.values() if not isinstance(leg, HiddenLeg)),
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
        self._transfers.clear()
        self._wires.clear()
        self._phone_calls.clear()
        self._recordings.close()
        self._endings.settle()
        self._legs.clear()
        self._account.close()
        self._sinks.close()
        del self._tones, self._sound_checks, self._sinks, self.screen
        gc.collect()
        self._endpoint.libDestroy()
        del self._account, self._endpoint

    # commands: the account

    def put_account(self, account: EngineAccount) -> None:
        self.remove_account()
        self._incoming.belong_to(account.account.profile)
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

    def dial_feature_code(self, code: str, uri: SipUri) -> None:
        registration = self._account.current
        if registration is None:
            raise SignedOut
        self._feature_codes.dial(registration, code, uri)

    def put_incoming_rules(self, rules: IncomingRules) -> None:
        self._incoming.rules = rules

    def acknowledge_ringing(self, call_id: str) -> None:
        self._incoming.acknowledge(self._leg(call_id).call.call_id)

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
            self._incoming.suspend()
            for leg in self._legs.values():
                if leg.call.priority is Priority.EMERGENCY and leg.call.remote.uri == target_uri:
                    return leg.call
        elif len(self._legs) >= MAX_CALLS:
            raise CallNotPlaced("too many calls")
        call = outgoing(call_id, target_uri, dialled_text, picked_up, priority)
        hold_all_but(None, self._legs.values())
        leg = Leg(registration, call, self.screen, self._call_changed)
        self._legs[call_id] = leg
        offer = audio_only()
        if picked_up and picked_up.replaced:
            replacing(offer, f"{replaces(picked_up.replaced)};early-only")
        try:
            leg.makeCall(target_uri, offer)
        except pj.Error as error:  # nothing was sent: no transport, no port
            log.warning("call not placed", reason=error.reason)
            if leg.call.state is not CallState.TERMINATED:
                del self._legs[call_id]
                raise CallNotPlaced(error.reason) from error
        self._emit(leg.update())
        return leg.call

    def place_call_on(
        self,
        phone: OwnPhone,
        phone_uri: SipUri,
        call_id: str,
        target_uri: SipUri,
        dialled_text: str,
    ) -> Call:
        registration = self._account.current
        if registration is None:
            raise SignedOut
        if len(self._legs) + 2 > MAX_CALLS:
            raise CallNotPlaced("too many calls")
        hold_all_but(None, self._legs.values())
        call = outgoing(call_id, target_uri, dialled_text)
        leg = self._phone_calls.place(registration, phone, phone_uri, call, target_uri)
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

    def answer(self, call_id: str, others: OtherCalls) -> Call:
        leg = self._leg(call_id)
        leg.accept()
        if others is OtherCalls.END:
            for other in talked_on(self._legs.values(), leg):
                other.end()
        hold_all_but(leg, self._legs.values())
        return leg.call

    def reject(self, call_id: str, scope: RejectScope) -> Call:
        leg = self._leg(call_id)
        self._incoming.reject(leg, scope)
        return leg.call

    def hang_up(self, call_id: str) -> Call:
        if call_id in self._ended:
            return self._ended[call_id]
        leg = self._leg(call_id)
        leg.end()
        return leg.call

    def forget_call(self, call_id: str) -> None:
        self._ended.pop(call_id, None)

    # what the library reports

    def _invited(self, prm: pj.OnIncomingCallParam) -> None:
        registration = self._account.current
        if registration is None:
            return
        if not registration.vouches_for(prm.rdata):
            log.warning("INVITE refused", source=prm.rdata.srcAddress)
            registration.refuse(prm.callId, pj.PJSIP_SC_FORBIDDEN)
            return
        if len(self._legs) >= MAX_CALLS:
            registration.refuse(prm.callId, pj.PJSIP_SC_BUSY_HERE)
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
        others = [each for each in self._legs.values() if not isinstance(each, HiddenLeg)]
        if self._incoming.admit(leg, others):
            self._emit(leg.update())

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
            self._endings.add(leg)
            self._ended[call.call_id] = call
            self._tones.ended(call)
        self._emit(leg.update())
        if call.state is CallState.TERMINATED:
            dissolve(call.conference_id, self._legs.values())

    # the rest

    def _emit(self, update: Model) -> None:
        if self._server is not None:
            self._server.emit(update)

    def _connect(self) -> None:
        legs = self._legs.values()
        wanted = heard_together(legs) | self._recordings.wires(legs) | self._phone_calls.wires()
        self._wires.update(wanted)
        self._recordings.release()
        self._phone_calls.release()
