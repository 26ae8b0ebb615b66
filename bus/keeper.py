"""The account of a stack at one of its servers: in memory, and sealed if it is to be remembered."""

from typing import Generic, Protocol, TypeVar

import structlog
from eventlet.semaphore import Semaphore

from bus.vault import Vault, VaultLocked
from contracts.base import Model

log = structlog.get_logger(__name__)

AnyAccount = TypeVar("AnyAccount", bound=Model)


class AccountStore(Protocol):
    """Where the sealed account is kept."""

    def put_sealed_account(self, sealed: str | None) -> None:
        """None: nothing is remembered."""

    def get_sealed_account(self) -> str | None:
        """None: nothing is remembered."""


class AccountKeeper(Generic[AnyAccount]):
    """Knows the account of this process, if there is one."""

    def __init__(self, account_type: type[AnyAccount]) -> None:
        self._type = account_type
        self._account: AnyAccount | None = None
        self.lock = Semaphore()
        """Held by whoever gives the engine an account, or takes it away."""

    def get(self, store: AccountStore, vault: Vault) -> AnyAccount | None:
        if self._account is None and (sealed := store.get_sealed_account()):
            try:
                self._account = self._type.model_validate_json(vault.open(sealed))
            except VaultLocked as error:
                log.error("remembered account not readable", reason=str(error))
        return self._account

    def put(
        self, account: AnyAccount, store: AccountStore, vault: Vault, *, remember: bool
    ) -> None:
        store.put_sealed_account(vault.seal(account.model_dump_json()) if remember else None)
        self._account = account

    def adopt(self, account: AnyAccount) -> None:
        """What the engine still knows after a restart of the service."""
        self._account = account

    def forget(self, store: AccountStore) -> None:
        store.put_sealed_account(None)
        self._account = None
