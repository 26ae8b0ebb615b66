"""Where the chat server of a domain is: RFC 6120 section 3.2 and XEP-0368, by dnspython."""

import asyncio
import ipaddress
from dataclasses import dataclass
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.resolver
from dns.rdatatype import RdataType

from contracts.chat_connection import ChatProblem
from contracts.instance import InstanceProfile

LIFETIME_S = 4.0
PORT, DIRECT_TLS_PORT = 5222, 5223
SERVICES = {"_xmpps-client._tcp": True, "_xmpp-client._tcp": False}
"""Whether TLS is spoken from the first byte."""


class Unlocatable(Exception):
    """The server was not found; `problem` says why, None that the domain has no chat."""

    def __init__(self, problem: ChatProblem | None, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True)
class Hop:
    """One place to connect to."""

    host: str
    port: int
    is_direct_tls: bool
    is_guess: bool = False
    """Nobody says that there is a chat server."""


def resolver_at(dns_server: str | None) -> dns.asyncresolver.Resolver:
    """The system's resolver, or one that asks the given "host:port"."""
    if dns_server is None:
        resolver = dns.asyncresolver.Resolver()
    else:
        resolver = dns.asyncresolver.Resolver(configure=False)
        host, _colon, port = dns_server.rpartition(":")
        resolver.nameservers = [host]
        resolver.port = int(port)
    resolver.lifetime = LIFETIME_S
    return resolver


async def locate(profile: InstanceProfile, dns_server: str | None) -> list[Hop]:
    """The hops to try, best first. Raises Unlocatable within a few seconds."""
    server = profile.xmpp
    if server.is_absent:
        raise Unlocatable(None, "the instance has no chat")
    if server.host is not None or server.port is not None:
        default_port = DIRECT_TLS_PORT if server.is_direct_tls else PORT
        host = (server.host or profile.domain).strip("[]")
        return [Hop(host, server.port or default_port, server.is_direct_tls)]
    if _is_address(profile.domain):
        raise Unlocatable(None, "an address is no domain")
    return await _by_dns(profile.domain, dns_server)


async def _by_dns(domain: str, dns_server: str | None) -> list[Hop]:
    try:
        resolver = resolver_at(dns_server)
        answers = await asyncio.gather(
            *(_records(f"{service}.{domain}", resolver) for service in SERVICES)
        )
    except (dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration) as error:
        raise Unlocatable(ChatProblem.DNS_UNAVAILABLE, str(error)) from error
    except dns.exception.Timeout as error:
        raise Unlocatable(ChatProblem.DNS_UNAVAILABLE, str(error)) from error
    except dns.exception.DNSException as error:  # not a name at all
        raise Unlocatable(ChatProblem.UNKNOWN_SERVER, str(error)) from error
    found = [
        (record, is_direct_tls)
        for is_direct_tls, records in zip(SERVICES.values(), answers, strict=True)
        for record in records
    ]
    if not found:
        return [Hop(domain, PORT, is_direct_tls=False, is_guess=True)]
    offered = [each for each in found if each[0].target.to_text() != "."]
    if not offered:  # "decidedly not available", RFC 2782
        raise Unlocatable(None, "the domain says that it has no chat")
    offered.sort(key=lambda each: (each[0].priority, -each[0].weight))
    return [
        Hop(record.target.to_text(omit_final_dot=True), record.port, is_direct_tls)
        for record, is_direct_tls in offered
    ]


async def _records(name: str, resolver: dns.asyncresolver.Resolver) -> list[Any]:
    try:
        return list(await resolver.resolve(name, RdataType.SRV))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
