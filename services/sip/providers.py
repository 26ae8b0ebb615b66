"""What the sip service is given: its account, and a resolver."""

from typing import Any, cast

import dns.resolver
from nameko import config
from nameko.extensions import DependencyProvider

from bus.keeper import AccountKeeper
from contracts.registration import SipAccount
from services.sip.locate import resolver_at


class _AccountKeeperProvider(DependencyProvider):
    def setup(self) -> None:
        self._keeper = AccountKeeper(SipAccount)

    def get_dependency(self, _worker_ctx: Any) -> AccountKeeper[SipAccount]:
        return self._keeper


def account_keeper() -> AccountKeeper[SipAccount]:
    """Inject the one keeper of this process."""
    return cast(AccountKeeper[SipAccount], _AccountKeeperProvider())


class _ResolverProvider(DependencyProvider):
    def setup(self) -> None:
        self._resolver = resolver_at(config["SETTINGS"].dns_server)

    def get_dependency(self, _worker_ctx: Any) -> dns.resolver.Resolver:
        return self._resolver


def resolver() -> dns.resolver.Resolver:
    """Inject the resolver."""
    return cast(dns.resolver.Resolver, _ResolverProvider())
