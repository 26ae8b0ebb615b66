"""Where the server of a domain is: RFC 3263, by dnspython."""

import ipaddress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import dns.exception
import dns.resolver
from dns.rdatatype import RdataType

from contracts.instance import InstanceProfile, SipServer, SipTransport
from contracts.registration import RegistrationProblem
from services.sip.engine.commands import Hop
from services.sip.reach import refuses

LIFETIME_S = 4.0
HOSTS_FILE = Path("/etc/hosts")
DEFAULT_PORT = {SipTransport.UDP: 5060, SipTransport.TCP: 5060, SipTransport.TLS: 5061}
TRANSPORT_OF_NAPTR = {
    "SIPS+D2T": SipTransport.TLS,
    "SIP+D2T": SipTransport.TCP,
    "SIP+D2U": SipTransport.UDP,
}
SRV_PREFIX = {
    SipTransport.TLS: "_sips._tcp",
    SipTransport.TCP: "_sip._tcp",
    SipTransport.UDP: "_sip._udp",
}
"""In our order of preference where the domain states none."""


class Unlocatable(Exception):
    """No address of the server was found; `problem` says why."""

    def __init__(self, problem: RegistrationProblem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


@dataclass(frozen=True)
class _Target:
    host: str
    port: int
    transport: SipTransport


def resolver_at(dns_server: str | None) -> dns.resolver.Resolver:
    """The system's resolver, or one that asks the given "host:port"."""
    if dns_server is None:
        resolver = dns.resolver.Resolver()
    else:
        resolver = dns.resolver.Resolver(configure=False)
        host, _colon, port = dns_server.rpartition(":")
        resolver.nameservers = [host]
        resolver.port = int(port)
    resolver.lifetime = LIFETIME_S
    return resolver


def locate(profile: InstanceProfile, resolver: dns.resolver.Resolver) -> list[Hop]:
    """The hops to try, best first. Raises Unlocatable within a few seconds."""
    targets = _targets(profile, resolver)
    hops = []
    problem: Unlocatable | None = None
    for target in targets:
        try:
            addresses = _addresses(target.host, resolver)
        except Unlocatable as error:
            problem = error
            continue
        hops.append(
            Hop(
                host=target.host if target.transport is SipTransport.TLS else addresses[0],
                port=target.port,
                transport=target.transport,
                addresses=addresses,
            )
        )
    if not hops and problem is not None:
        raise problem
    # whoever can break TLS must not get plain SIP instead
    return [hop for hop in hops if hop.transport is hops[0].transport]


def answering(hops: list[Hop]) -> list[Hop]:
    """The same hops, the first that is not closed first. Raises Unlocatable if all are closed."""
    closed = list(takewhile(refuses, hops))
    if len(closed) == len(hops):
        first = hops[0]
        where = f"{first.host}:{first.port} ({first.transport})"
        raise Unlocatable(RegistrationProblem.CONNECTION_REFUSED, f"{where} is closed")
    return hops[len(closed) :] + closed


def _targets(profile: InstanceProfile, resolver: dns.resolver.Resolver) -> list[_Target]:
    server = profile.sip
    host = server.host or profile.domain
    if server.port is not None or server.host is not None or _is_address(host):
        return [_stated(host, server)]
    transports = [server.transport] if server.transport else _by_naptr(host, resolver)
    found = [target for transport in transports for target in _by_srv(host, transport, resolver)]
    return found or [_stated(host, server)]


def _stated(host: str, server: SipServer) -> _Target:
    transport = server.transport or SipTransport.UDP
    return _Target(host, server.port or DEFAULT_PORT[transport], transport)


def _by_naptr(domain: str, resolver: dns.resolver.Resolver) -> list[SipTransport]:
    """Transports in the order that the domain asks for (RFC 3263 section 4.1)."""
    records = sorted(
        _records(domain, RdataType.NAPTR, resolver), key=lambda each: (each.order, each.preference)
    )
    services = [record.service.decode().upper() for record in records]
    stated = [TRANSPORT_OF_NAPTR[each] for each in services if each in TRANSPORT_OF_NAPTR]
    return stated or list(SRV_PREFIX)


def _by_srv(domain: str, transport: SipTransport, resolver: dns.resolver.Resolver) -> list[_Target]:
    records = _records(f"{SRV_PREFIX[transport]}.{domain}", RdataType.SRV, resolver)
    by_preference = sorted(records, key=lambda each: (each.priority, -each.weight))
    return [
        _Target(record.target.to_text(omit_final_dot=True), record.port, transport)
        for record in by_preference
        if record.target.to_text() != "."  # "decidedly not available", RFC 2782
    ]


def _records(name: str, record_type: RdataType, resolver: dns.resolver.Resolver) -> list[Any]:
    try:
        return list(resolver.resolve(name, record_type))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.resolver.NoNameservers, dns.exception.Timeout) as error:
        raise Unlocatable(RegistrationProblem.DNS_UNAVAILABLE, str(error)) from error
    except dns.exception.DNSException as error:  # not a name at all
        raise Unlocatable(RegistrationProblem.UNKNOWN_SERVER, str(error)) from error


def _addresses(host: str, resolver: dns.resolver.Resolver) -> list[str]:
    if _is_address(host):
        return [host.strip("[]")]
    known = _from_hosts_file(host)
    if known:
        return known
    found = [
        record.address
        for record_type in (RdataType.A, RdataType.AAAA)
        for record in _records(host, record_type, resolver)
    ]
    if not found:
        raise Unlocatable(RegistrationProblem.UNKNOWN_SERVER, f"{host} has no address")
    return found


def _from_hosts_file(host: str) -> list[str]:
    """Names that this machine knows by itself, "localhost" among them; IPv4 only."""
    lines = [line.partition("#")[0].split() for line in HOSTS_FILE.read_text().splitlines()]
    return [line[0] for line in lines if host in line[1:] and ":" not in line[0]]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
