"""Files on their way between a browser and the places where chat servers keep them.

They are passed on in pieces: none is ever whole in memory, or on the disk. Redirections are not
followed.
"""

import ipaddress
import socket
import ssl
import typing
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore

from contracts.errors import FileUnavailable, UploadFailed
from contracts.files import FileDraft, UploadProblem, UploadSlot

CONNECT_S, SILENCE_S = 5.0, 30.0
_TIMEOUT = {"connect": CONNECT_S, "read": SILENCE_S, "write": SILENCE_S, "pool": CONNECT_S}
_TAKEN = (200, 201, 204)


@dataclass(frozen=True)
class FetchedFile:
    """Its beginning; `pieces` is the rest."""

    size_bytes: int | None
    pieces: Iterator[bytes]


def put(slot: UploadSlot, file: FileDraft, pieces: Iterator[bytes], ca: str | None) -> None:
    """Into the slot that our own server has named, wherever that is. Raises UploadFailed."""
    headers = {
        "Content-Type": file.media_type,
        "Content-Length": str(file.size_bytes),
        **slot.headers,
    }
    pool = httpcore.ConnectionPool(ssl_context=_tls(ca))
    try:
        with (
            pool,
            pool.stream(
                "PUT",
                slot.put_url,
                headers=_encoded(headers),
                content=pieces,
                extensions={"timeout": _TIMEOUT},
            ) as response,
        ):
            status = response.status
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
        raise UploadFailed(str(error), reason=UploadProblem.UNREACHABLE) from error
    if status not in _TAKEN:
        is_large = status == 413
        reason = UploadProblem.TOO_LARGE if is_large else UploadProblem.REFUSED
        raise UploadFailed(f"HTTP status {status}", reason=reason)


@contextmanager
def fetched(url: str, own_origin: str | None, ca: str | None) -> Iterator[FetchedFile]:
    """A file that somebody has named. Raises FileUnavailable.

    Addresses are chosen by strangers: nothing is fetched but from our own server's place for
    files, or by HTTPS from a public address.
    """
    is_own = is_at(url, own_origin)
    if not is_own and urlsplit(url).scheme != "https":
        raise FileUnavailable("only HTTPS is trusted")
    backend = None if is_own else _PublicNetwork()
    pool = httpcore.ConnectionPool(ssl_context=_tls(ca), network_backend=backend)
    try:
        with pool, pool.stream("GET", url, extensions={"timeout": _TIMEOUT}) as response:
            if response.status != 200:
                raise FileUnavailable(f"HTTP status {response.status}")
            sizes = [value for name, value in response.headers if name.lower() == b"content-length"]
            size = int(sizes[0]) if sizes and sizes[0].isdigit() else None
            yield FetchedFile(size, response.iter_stream())
    except (
        httpcore.NetworkError,
        httpcore.TimeoutException,
        httpcore.ProtocolError,
        httpcore.UnsupportedProtocol,
        ValueError,
    ) as error:
        raise FileUnavailable(str(error)) from error


def at_most(size_bytes: int, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The beginning of a file whose size nobody has told."""
    left = size_bytes
    for piece in pieces:
        yield piece[:left]
        left -= len(piece)
        if left <= 0:
            return


def is_at(url: str, origin: str | None) -> bool:
    """Whether an address belongs to this scheme, host and port."""
    place = urlsplit(url)
    return origin is not None and f"{place.scheme}://{place.netloc}".lower() == origin


def is_public(address: str) -> bool:
    """Whether an IP address is one of the Internet."""
    found = ipaddress.ip_address(address)
    return found.is_global and not found.is_multicast


class _PublicNetwork(httpcore.SyncBackend):
    """Connects to public addresses only: what is checked is what is connected to."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: typing.Any = None,
    ) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = [str(each[4][0]) for each in found]
        if not addresses or not all(map(is_public, addresses)):
            raise httpcore.ConnectError(f"{host} is not a public place")
        return super().connect_tcp(addresses[0], port, timeout, local_address, socket_options)


def _tls(ca: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca:
        context.load_verify_locations(cadata=ca)
    return context


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
