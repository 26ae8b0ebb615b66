"""The sip service: calls and the registration of this stack's account."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from redis import RedisError

from bus.engine import EngineState, on_engine
from bus.health import redis_health
from bus.link import EngineGone
from bus.rpc import rpc
from contracts.changes import ChangePage
from contracts.emergency import is_emergency_number
from contracts.errors import (
    CallNotFound,
    CallNotPlaced,
    DeadlineExceeded,
    EngineDown,
    SignedOut,
    TargetUndiallable,
)
from contracts.health import HealthState, PartHealth
from contracts.recordings import StartRecording
from contracts.registration import (
    Registration,
    RegistrationState,
)
from contracts.sip import (
    Call,
    CallChanged,
    CallCommand,
    CallContinuity,
    CallDirection,
    CallProblem,
    CallState,
    OtherCalls,
    PlaceCall,
    Priority,
    RejectCall,
    Remote,
    SendDtmf,
    SipRpc,
    TerminationCause,
    TransferCall,
)
from services.sip.answering import AnsweringPart
from services.sip.audio_sinks import AudioSinkPart
from services.sip.calls import interrupted, lost
from services.sip.conferences import ConferencePart
from services.sip.engine.commands import (
    CallUpdate,
    Dialog,
    SipSnapshot,
)
from services.sip.lamps import LampsPart
from services.sip.settings import SipSettings
from services.sip.sound_checks import SoundCheckPart
from services.sip.targets import Undiallable, target_uri
from services.sip.voicemail import VoicemailPart

log = structlog.get_logger(__name__)


class SipService(
    AnsweringPart,
    LampsPart,
    ConferencePart,
    AudioSinkPart,
    SoundCheckPart,
    VoicemailPart,
    SipRpc,
):
    """Names of methods and what they raise: contracts/sip.py."""

    name = "sip"
    settings_class = SipSettings

    # calls

    @rpc
    def place_call(self, request: PlaceCall) -> Call:
        profile = self.account().profile
        call_id = uuid4().hex
        try:
            uri = target_uri(request.target, profile.domain)
        except Undiallable as error:
            return self._undiallable(call_id, request.target, error.problem)
        is_for_help = is_emergency_number(request.target, profile.region)
        phone = None if is_for_help else self.phone_for(request, uri)
        if is_for_help:
            self.put_through_rescuers()
            priority = Priority.EMERGENCY
            call = self.engine.place_call(call_id, uri, request.target, priority=priority)
        elif phone is not None:
            call = self.engine.place_call_on(*phone, call_id, uri, request.target)
        else:
            call = self.engine.place_call(call_id, uri, request.target)
        with suppress(RedisError):  # it is on its way, and its next change is stored like any other
            self.store.put_call(call)
        return call

    @rpc
    def call_emergency(self, target: str) -> Call:
        try:
            uri = target_uri(target, self.account().profile.domain)
        except Undiallable as error:
            raise CallNotPlaced(error.problem) from error
        priority = Priority.EMERGENCY
        call = self.engine.place_call(uuid4().hex, uri, target, priority=priority)  # no Redis
        self.put_through_rescuers()
        return call

    @rpc
    def list_calls(self) -> list[Call]:
        return self.store.running_calls()

    @rpc
    def get_call(self, call_id: str) -> Call:
        return self.store.get_call(call_id)

    @rpc
    def answer(self, call_id: str, others: OtherCalls = OtherCalls.HOLD) -> Call:
        return self.engine.answer(call_id, others)  # needs no Redis

    @rpc
    def reject(self, request: RejectCall) -> Call:
        return self.engine.reject(request.call_id, request.scope)

    @rpc
    def hang_up(self, call_id: str) -> Call:
        try:
            return self.engine.hang_up(call_id)  # needs no Redis
        except CallNotFound:
            return self.store.get_call(call_id)

    @rpc
    def hold(self, request: CallCommand) -> Call:
        return self.engine.hold(request.call_id)

    @rpc
    def resume(self, request: CallCommand) -> Call:
        return self.engine.resume(request.call_id)

    @rpc
    def mute(self, request: CallCommand) -> Call:
        return self.engine.mute(request.call_id)

    @rpc
    def unmute(self, request: CallCommand) -> Call:
        return self.engine.unmute(request.call_id)

    @rpc
    def transfer(self, request: TransferCall) -> Call:
        if request.to.to_call_id is not None:
            return self.engine.transfer(request.call_id, request.to.to_call_id)
        dialled_text = request.to.target or ""
        try:
            uri = target_uri(dialled_text, self.account().profile.domain)
        except Undiallable as error:
            raise TargetUndiallable(problem=error.problem) from error
        return self.engine.transfer_to(request.call_id, uuid4().hex, uri, dialled_text)

    @rpc
    def send_dtmf(self, request: SendDtmf) -> Call:
        return self.engine.send_dtmf(request.call_id, request.digits)

    @rpc
    def start_recording(self, request: StartRecording) -> Call:
        return self.engine.start_recording(request.call_id)

    @rpc
    def stop_recording(self, request: CallCommand) -> Call:
        return self.engine.stop_recording(request.call_id)

    @rpc
    def call_changes(self, after: str, limit: int) -> ChangePage[CallChanged]:
        return self.store.changes(CallChanged, after, limit)

    @rpc
    def health(self) -> list[PartHealth]:
        is_up = self.engine_state is EngineState.UP
        return [
            PartHealth(
                part="sip-engine",
                state=HealthState.UP if is_up else HealthState.DOWN,
                detail="" if is_up else self.engine_state,
            ),
            redis_health(self.store),
        ]

    # what the engine says

    @on_engine(SipSnapshot)
    def engine_connected(self, update: SipSnapshot) -> None:
        self.engine.put_incoming_rules(self.store.get_incoming_rules())
        with self.keeper.lock:
            self.agree_on_account(update)
        if update.voicemail is not None:
            self.store.put_voicemail(update.voicemail)
        known = {each.call.call_id for each in update.calls}
        for call in self.store.running_calls():
            if call.call_id not in known:
                self._take_back(call)
        for each in update.calls:
            self._catch_up(each)

    @on_engine(EngineGone)
    def engine_gone(self, update: EngineGone) -> None:
        for call in self.store.running_calls():
            if self.store.find_dialog(call.call_id) is not None:
                self.store.put_call(interrupted(call, datetime.now(UTC)))
        known = self.store.get_registration()
        if known.aor is not None:
            state = RegistrationState.INIT
            self.store.put_registration(Registration(revision=0, aor=known.aor, state=state))

    @on_engine(CallUpdate)
    def call_updated(self, update: CallUpdate) -> None:
        self._keep(update.call, update.dialog)

    # the rest

    def _take_back(self, call: Call) -> None:
        """Recover a call that a new engine knows nothing of; only a confirmed one can be."""
        dialog = self.store.find_dialog(call.call_id)
        if dialog is not None:
            call = interrupted(call, datetime.now(UTC))
            self.store.put_call(call)
            with suppress(SignedOut):
                self.engine.take_back(call, dialog)
                return
        log.warning("call lost with its engine", call_id=call.call_id)
        self.store.put_call(lost(call, datetime.now(UTC)))

    def _catch_up(self, update: CallUpdate) -> None:
        """Take over a call of the snapshot; it may have been called interrupted meanwhile."""
        known = self.store.find_call(update.call.call_id)
        if known is None or known.continuity is not CallContinuity.INTERRUPTED:
            self._keep(update.call, update.dialog)
        elif update.call.state is CallState.TERMINATED or update.dialog is None:
            revision = max(known.revision, update.call.revision) + 1
            self._keep(update.call.model_copy(update={"revision": revision}))
        else:
            self.engine.take_back(known, update.dialog)

    def _keep(self, call: Call, dialog: Dialog | None = None) -> None:
        self.store.put_call(call, dialog)
        self.review_completions()
        if call.state is CallState.TERMINATED:
            with suppress(EngineDown, DeadlineExceeded):  # the next snapshot brings it again
                self.engine.forget_call(call.call_id)

    def _undiallable(self, call_id: str, dialled_text: str, problem: CallProblem) -> Call:
        now = datetime.now(UTC)
        call = Call(
            call_id=call_id,
            revision=1,
            direction=CallDirection.OUTGOING,
            state=CallState.TERMINATED,
            cause=TerminationCause.ERROR,
            problem=problem,
            dialled_text=dialled_text,
            remote=Remote(number=None, display_name="", uri=None),
            started_at=now,
            ended_at=now,
        )
        self.store.put_call(call)
        return call


SERVICE = SipService
