"""The account of the stack at the chat server: signed in, kept, and restored."""

import time
from contextlib import suppress
from uuid import uuid4

import eventlet
import structlog

from bus.engine import EngineState, engine, engine_state
from bus.outbox import store
from bus.rpc import rpc
from bus.timer import every
from bus.vault import vault
from contracts.base import Command
from contracts.chat_connection import (
    ChatAccount,
    ChatConnection,
    ChatConnectionRpc,
    ChatProblem,
    ChatState,
    SignInToChat,
)
from contracts.errors import EngineDown, InvalidRequest, SignedOut, SignInFailed
from contracts.instance import ChangeProfile
from contracts.registration import AccountHolder
from services.chat.engine.commands import (
    ChatEngine,
    ChatSnapshot,
    ConnectionUpdate,
    EngineChatAccount,
)
from services.chat.providers import account_keeper, progress
from services.chat.store import ChatStore

log = structlog.get_logger(__name__)

SIGN_IN_TIMEOUT_S = 8.0
SIGN_IN_POLL_S = 0.05
ACCOUNT_CHECK_PERIOD_S = 10
ABSENT = ChatConnection()


class AccountPart(ChatConnectionRpc):
    """The part of ChatService that is about the account."""

    engine = engine(ChatEngine, ChatSnapshot)
    engine_state = engine_state()
    store = store(ChatStore)
    vault = vault()
    keeper = account_keeper()
    progress = progress()

    @rpc
    def sign_in(self, request: SignInToChat) -> ChatConnection:
        with self.keeper.lock:
            return self._sign_in(request, time.monotonic() + SIGN_IN_TIMEOUT_S)

    @rpc
    def sign_out(self, request: Command) -> None:
        with self.keeper.lock:
            self._forget()

    @rpc
    def change_profile(self, request: ChangeProfile) -> None:
        with self.keeper.lock:
            account = self.keeper.get(self.store, self.vault)
            if account is None or account.profile == request.profile:
                return
            if account.profile.domain != request.profile.domain:
                raise InvalidRequest("the profile is that of another domain")
            changed = account.model_copy(update={"profile": request.profile})
            if _way_of(changed) != _way_of(account):
                self._use(changed)
            is_remembered = self.store.get_sealed_account() is not None
            self.keeper.put(changed, self.store, self.vault, remember=is_remembered)

    @rpc
    def get_account_holder(self) -> AccountHolder | None:
        with self.keeper.lock:
            account = self.keeper.get(self.store, self.vault)
        return AccountHolder(user=account.user, profile=account.profile) if account else None

    @rpc
    def get_connection(self) -> ChatConnection:
        return self.store.get_connection()

    @every(ACCOUNT_CHECK_PERIOD_S)
    def keep_account(self) -> None:
        """An engine that was away when the account was to be given to it gets it later."""
        with self.keeper.lock:
            account = self.keeper.get(self.store, self.vault)
            if account is None or self.engine_state is not EngineState.UP:
                return
            if self.engine.get_connection().connection.state is ChatState.ABSENT:
                self._use(account)

    def require_account(self) -> ChatAccount:
        """Raises SignedOut."""
        account = self.keeper.get(self.store, self.vault)
        if account is None:
            raise SignedOut
        return account

    def own_jid(self) -> str:
        """Raises SignedOut."""
        return jid_of(self.require_account())

    def agree_on_account(self, update: ChatSnapshot) -> None:
        account = self.keeper.get(self.store, self.vault)
        if update.account is None and account is not None:
            self._use(account)
        elif update.account is not None and account is None:
            if self.store.get_connection().state is ChatState.ABSENT:
                self.engine.remove_account()  # signed out while the link was down
            else:
                self.keeper.adopt(update.account.account)

    def note_connection(self, update: ConnectionUpdate) -> None:
        """Where nothing says that there is a chat server, and none is, there is no chat."""
        account = self.keeper.get(self.store, self.vault)
        if account is not None and self._has_no_chat(account, update):
            self._forget()
            return
        if update.connection.jid is not None and update.connection.state is ChatState.CONNECTED:
            self.store.own(update.connection.jid)
        self.store.put_connection(update.connection)

    def _sign_in(self, request: SignInToChat, give_up_at: float) -> ChatConnection:
        previous = self.keeper.get(self.store, self.vault)
        self._use(request.account)
        update = self._outcome(give_up_at)
        connection = update.connection
        is_refused = connection.problem is ChatProblem.WRONG_PASSWORD
        if is_refused and not request.may_be_refused:
            if previous is not None:
                self._use(previous)
            else:
                self.engine.remove_account()
            raise SignInFailed(connection.detail, side="chat", reason=connection.problem)
        if self._has_no_chat(request.account, update):
            self._forget()
            return ABSENT
        self.keeper.put(request.account, self.store, self.vault, remember=request.remember)
        return connection

    def _has_no_chat(self, account: ChatAccount, update: ConnectionUpdate) -> bool:
        state = update.connection.state
        is_missing = update.is_guess and state is ChatState.DISCONNECTED
        is_missing = is_missing and not self.store.is_owned_by(jid_of(account))
        return state is ChatState.ABSENT or is_missing

    def _outcome(self, give_up_at: float) -> ConnectionUpdate:
        """As soon as the first attempt has ended, or it has become too late for that."""
        update = self.engine.get_connection()
        while update.connection.state is ChatState.CONNECTING and time.monotonic() < give_up_at:
            eventlet.sleep(SIGN_IN_POLL_S)
            update = self.engine.get_connection()
        return update

    def _use(self, account: ChatAccount) -> None:
        resource = self.store.resource(f"handset-{uuid4().hex[:8]}")
        self.engine.put_account(
            EngineChatAccount(account=account, resource=resource), self.store.get_presence()
        )

    def _forget(self) -> None:
        self.keeper.forget(self.store)
        self.progress.begin()
        self.store.put_connection(ABSENT)
        self.store.replace_roster([])
        self.store.put_requests(())
        self.store.put_block_list((), is_offered=False)
        with suppress(EngineDown):  # a new one knows nothing; `engine_connected` does the rest
            self.engine.remove_account()


def jid_of(account: ChatAccount) -> str:
    """Our bare address."""
    return f"{account.user}@{account.profile.domain}".lower()


def _way_of(account: ChatAccount) -> object:
    return account.profile.xmpp, account.profile.ca_certificate
