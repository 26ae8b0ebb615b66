"""The account of the stack: registered with what the person typed, kept, and restored."""

import time
from contextlib import suppress

import eventlet
import structlog

from bus.engine import EngineState, engine, engine_state, on_engine
from bus.outbox import store
from bus.rpc import rpc
from bus.timer import every
from bus.vault import vault
from contracts.base import Command
from contracts.errors import (
    EngineDown,
    InvalidRequest,
    SignedOut,
    SignInFailed,
    WrongCallState,
)
from contracts.instance import ChangeProfile
from contracts.registration import (
    AccountHolder,
    Registration,
    RegistrationProblem,
    RegistrationRpc,
    RegistrationState,
    SignIn,
    SipAccount,
    TakePassword,
)
from contracts.voicemail import Voicemail
from services.sip.engine.commands import EngineAccount, RegistrationUpdate, SipEngine, SipSnapshot
from services.sip.locate import Unlocatable, answering, locate
from services.sip.providers import account_keeper, resolver
from services.sip.store import NEVER_REGISTERED, SipStore

log = structlog.get_logger(__name__)

SIGN_IN_TIMEOUT_S = 8.0
SIGN_IN_POLL_S = 0.05
ACCOUNT_CHECK_PERIOD_S = 10


class AccountPart(RegistrationRpc):
    """The part of SipService that is about the account."""

    engine = engine(SipEngine, SipSnapshot)
    engine_state = engine_state()
    store = store(SipStore)
    vault = vault()
    keeper = account_keeper()
    resolver = resolver()

    @rpc
    def sign_in(self, request: SignIn) -> Registration:
        with self.keeper.lock:
            return self._sign_in(request, time.monotonic() + SIGN_IN_TIMEOUT_S)

    @rpc
    def sign_out(self, request: Command) -> None:
        with self.keeper.lock:
            self.keeper.forget(self.store)
            self.store.put_registration(NEVER_REGISTERED)
            self.store.put_voicemail(Voicemail())
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
    def change_password(self, request: TakePassword) -> Registration:
        with self.keeper.lock:
            if self.store.running_calls():
                raise WrongCallState("calls run")
            account = self.account().model_copy(update={"password": request.password})
            is_remembered = self.store.get_sealed_account() is not None
            wanted = SignIn(account=account, remember=is_remembered)
            return self._sign_in(wanted, time.monotonic() + SIGN_IN_TIMEOUT_S)

    @rpc
    def get_account_holder(self) -> AccountHolder | None:
        with self.keeper.lock:  # what is being changed is told when it has been
            account = self.keeper.get(self.store, self.vault)
        return AccountHolder(user=account.user, profile=account.profile) if account else None

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

    @on_engine(RegistrationUpdate)
    def registration_updated(self, update: RegistrationUpdate) -> None:
        self.store.put_registration(update.registration)

    def agree_on_account(self, update: SipSnapshot) -> None:
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

    def account(self) -> SipAccount:
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
