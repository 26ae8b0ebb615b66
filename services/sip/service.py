"""The sip service: calls and the registration of this stack's account."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import eventlet
import structlog

from bus.engine import EngineState, engine, engine_state, on_engine
from bus.health import redis_health
from bus.link import EngineGone
from bus.outbox import store
from bus.rpc import rpc
from bus.timer import every
from bus.vault import vault
from contracts.base import Command
from contracts.changes import ChangePage
from contracts.errors import (
    CallNotFound,
    DeadlineExceeded,
    EngineDown,
    InvalidRequest,
    SignedOut,
    SignInFailed,
)
from contracts.health import HealthState, PartHealth
from contracts.sip import (
    Call,
    CallChanged,
    CallCommand,
    CallContinuity,
    CallDirection,
    CallProblem,
    CallState,
    ChangeProfile,
    PlaceCall,
    Registration,
    RegistrationProblem,
    RegistrationState,
    RejectCall,
    Remote,
    SendDtmf,
    SignIn,
    SipAccount,
    SipRpc,
    TerminationCause,
)
from services.sip.calls import interrupted, lost
from services.sip.engine.commands import (
    CallUpdate,
    Dialog,
    EngineAccount,
    RegistrationUpdate,
    SipEngine,
    SipSnapshot,
)
from services.sip.locate import Unlocatable, answering, locate
from services.sip.providers import account_keeper, resolver
from services.sip.settings import SipSettings
from services.sip.store import NEVER_REGISTERED, SipStore
from services.sip.targets import Undiallable, target_uri

log = structlog.get_logger(__name__)

SIGN_IN_TIMEOUT_S = 8.0
SIGN_IN_POLL_S = 0.05
ACCOUNT_CHECK_PERIOD_S = 10


class SipService(SipRpc):
    """Names of methods and what they raise: contracts/sip.py."""

    name = "sip"
    settings_class = SipSettings

    engine = engine(SipEngine, SipSnapshot)
    engine_state = engine_state()
    store = store(SipStore)
    vault = vault()
    keeper = account_keeper()
    resolver = resolver()

    # the account

    @rpc
    def sign_in(self, request: SignIn) -> Registration:
        with self.keeper.lock:
            return self._sign_in(request, time.monotonic() + SIGN_IN_TIMEOUT_S)

    @rpc
    def sign_out(self, request: Command) -> None:
        with self.keeper.lock:
            self.keeper.forget(self.store)
            self.store.put_registration(NEVER_REGISTERED)
            with suppress(EngineDown):  # a new one knows nothing; `engine_connected` does the rest
                self.engine.remove_account()

    @rpc
    def change_profile(self, request: ChangeProfile) -> None:
        with self.keeper.lock:
            account = self.keeper.get(self.store, self.vault)
            if account is None or account.profile == request.profile or self.store.running_calls():
                return
            if account.profile.domain != request.profile.domain:
                raise InvalidRequest("the profile is that of another domain")
            changed = account.model_copy(update={"profile": request.profile})
            self._restore(changed)
            is_remembered = self.store.get_sealed_account() is not None
            self.keeper.put(changed, self.store, self.vault, remember=is_remembered)

    @rpc
    def get_registration(self) -> Registration:
        return self.store.get_registration()

    @every(ACCOUNT_CHECK_PERIOD_S)
    def keep_account(self) -> None:
        """An engine that has no account because its server could not be found gets one later."""
        with self.keeper.lock:
            account = self.keeper.get(self.store, self.vault)
            if account is None or self.engine_state is not EngineState.UP:
                return
            if self.engine.get_registration().aor is None:
                self._restore(account)

    def _sign_in(self, request: SignIn, give_up_at: float) -> Registration:
        previous = self.keeper.get(self.store, self.vault)
        try:
            self._use(request.account, must_answer=True)
        except Unlocatable as error:
            raise SignInFailed(error.detail, side="sip", reason=error.problem) from error
        registration = self._outcome(give_up_at)
        if registration.state is not RegistrationState.ACTIVE:
            self.engine.remove_account()
            if previous is not None:
                self._restore(previous)
            raise SignInFailed(
                registration.detail,
                side="sip",
                reason=registration.problem,
                sip_status=registration.sip_status,
            )
        self.keeper.put(request.account, self.store, self.vault, remember=request.remember)
        return registration

    # calls

    @rpc
    def place_call(self, request: PlaceCall) -> Call:
        account = self._account()
        call_id = uuid4().hex
        try:
            uri = target_uri(request.target, account.profile.domain)
        except Undiallable as error:
            return self._undiallable(call_id, request.target, error.problem)
        return self.engine.place_call(call_id, uri, request.target)

    @rpc
    def list_calls(self) -> list[Call]:
        return self.store.running_calls()

    @rpc
    def get_call(self, call_id: str) -> Call:
        return self.store.get_call(call_id)

    @rpc
    def answer(self, call_id: str) -> Call:
        return self.engine.answer(call_id)  # needs no Redis

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
    def send_dtmf(self, request: SendDtmf) -> Call:
        return self.engine.send_dtmf(request.call_id, request.digits)

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
        with self.keeper.lock:
            self._agree_on_account(update)
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
                self.store.put_call(interrupted(call))
        known = self.store.get_registration()
        if known.aor is not None:
            state = RegistrationState.INIT
            self.store.put_registration(Registration(revision=0, aor=known.aor, state=state))

    @on_engine(CallUpdate)
    def call_updated(self, update: CallUpdate) -> None:
        self._keep(update.call, update.dialog)

    @on_engine(RegistrationUpdate)
    def registration_updated(self, update: RegistrationUpdate) -> None:
        self.store.put_registration(update.registration)

    # the rest

    def _agree_on_account(self, update: SipSnapshot) -> None:
        account = self.keeper.get(self.store, self.vault)
        if update.account is None and account is not None:
            self._restore(account)
            return
        has_left = account is None and self.store.get_registration().aor is None
        if update.account is not None and has_left:
            self.engine.remove_account()  # signed out while the link was down
            return
        self.store.put_registration(update.registration)
        if update.account is not None:
            self.keeper.adopt(update.account.account)

    def _account(self) -> SipAccount:
        account = self.keeper.get(self.store, self.vault)
        if account is None:
            raise SignedOut
        return account

    def _use(self, account: SipAccount, *, must_answer: bool = False) -> None:
        hops = locate(account.profile, self.resolver)
        if must_answer:
            hops = answering(hops)
        self.engine.put_account(EngineAccount(account=account, hops=hops))

    def _restore(self, account: SipAccount) -> None:
        """After a start; what fails here is tried again by `keep_account`."""
        try:
            self._use(account)
        except Unlocatable as error:
            self.store.put_registration(
                Registration(
                    revision=0,
                    aor=f"sip:{account.user}@{account.profile.domain}",
                    state=RegistrationState.TERMINATED,
                    problem=error.problem,
                    detail=error.detail,
                )
            )

    def _outcome(self, give_up_at: float) -> Registration:
        """Wait until the registrar has answered, or it has become too late for that."""
        registration = self.engine.get_registration()
        while registration.state is RegistrationState.INIT and time.monotonic() < give_up_at:
            eventlet.sleep(SIGN_IN_POLL_S)
            registration = self.engine.get_registration()
        if registration.state is not RegistrationState.INIT:
            return registration
        return registration.model_copy(update={"problem": RegistrationProblem.SERVER_UNREACHABLE})

    def _take_back(self, call: Call) -> None:
        """Recover a call that a new engine knows nothing of; only a confirmed one can be."""
        dialog = self.store.find_dialog(call.call_id)
        if dialog is not None:
            call = interrupted(call)
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
