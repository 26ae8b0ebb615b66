"""What the sip service is given: its account, and a resolver."""

from typing import Any, cast

import dns.resolver
import structlog
from eventlet.semaphore import Semaphore
from nameko import config
from nameko.extensions import DependencyProvider

from bus.vault import Vault, VaultLocked
from contracts.registration import SipAccount
from services.sip.locate import resolver_at
from services.sip.store import SipStore

log = structlog.get_logger(__name__)


class AccountKeeper:
    """The account of this stack: in memory, and sealed in Redis if it is to be remembered."""

    def __init__(self) -> None:
        self._account: SipAccount | None = None
        self.lock = Semaphore()
        """Held by whoever gives the engine an account, or takes it away."""

    def get(self, store: SipStore, vault: Vault) -> SipAccount | None:
        if self._account is None and (sealed := store.get_sealed_account()):
            try:
                self._account = SipAccount.model_validate_json(vault.open(sealed))
            except VaultLocked as error:
                log.error("remembered account not readable", reason=str(error))
        return self._account

    def put(self, account: SipAccount, store: SipStore, vault: Vault, *, remember: bool) -> None:
        store.put_sealed_account(vault.seal(account.model_dump_json()) if remember else None)
        self._account = account

    def adopt(self, account: SipAccount) -> None:
        """What the engine still knows after a restart of the service."""
        self._account = account

    def forget(self, store: SipStore) -> None:
        store.put_sealed_account(None)
        self._account = None


class _AccountKeeperProvider(DependencyProvider):
    def setup(self) -> None:
        self._keeper = AccountKeeper()

    def get_dependency(self, _worker_ctx: Any) -> AccountKeeper:
        return self._keeper


def account_keeper() -> AccountKeeper:
    """Inject the one keeper of this process."""
    return cast(AccountKeeper, _AccountKeeperProvider())


class _ResolverProvider(DependencyProvider):
    def setup(self) -> None:
        self._resolver = resolver_at(config["SETTINGS"].sip_dns_server)

    def get_dependency(self, _worker_ctx: Any) -> dns.resolver.Resolver:
        return self._resolver


def resolver() -> dns.resolver.Resolver:
    """Inject the resolver."""
    return cast(dns.resolver.Resolver, _ResolverProvider())
