"""A small internet: a home behind a router that masquerades, and a public side.

Each part is a network namespace that ends with its holder, a process that ends with the test.
"""

import ctypes
import itertools
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.peers.eavesdropper import Eavesdropper

SERVER_ADDRESS = "203.0.113.1"  # for documentation, RFC 5737
_GATEWAY = "10.77.0.1"
_MASQUERADING = """
table ip home {
  chain lost { type filter hook forward priority -10; }
  chain forward {
    type filter hook forward priority 0; policy drop;
    iifname "lan" accept
    ct state established,related accept
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "wan" masquerade fully-random
  }
}
"""
_libc = ctypes.CDLL(None, use_errno=True)


class NoNamespaces(Exception):
    """The kernel, or whoever started the tests, does not let us make a network."""


class Namespace:
    """One host: interfaces, addresses and routes of its own."""

    def __init__(self) -> None:
        holder = ["unshare", "--net", "sh", "-c", "echo made && exec cat"]
        pipe = subprocess.PIPE
        self._holder = subprocess.Popen(holder, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
        if self._holder.stdout.readline() != "made\n":
            reason = self._holder.communicate()[1].strip()
            raise NoNamespaces(f"tests/integration/nat must run as root: {reason}")
        self.ip("link", "set", "lo", "up")

    @contextmanager
    def entered(self) -> Iterator[None]:
        """What this thread starts, opens and connects to meanwhile is in the namespace."""
        home = os.open(f"/proc/self/task/{threading.get_native_id()}/ns/net", os.O_RDONLY)
        there = os.open(self._path, os.O_RDONLY)
        _set_namespace(there)
        try:
            yield
        finally:
            _set_namespace(home)
            os.close(home)
            os.close(there)

    def connect(self, interface: str, other: "Namespace") -> None:
        """A cable between interfaces of the same name."""
        peer = ("peer", "name", interface, "netns", other.holder_id)
        self.ip("link", "add", interface, "type", "veth", *peer)
        for end in (self, other):
            end.ip("link", "set", interface, "up")

    def ip(self, *arguments: str) -> None:
        self.run("ip", *arguments)

    def run(self, *argv: str, text: str | None = None) -> str:
        command = ("nsenter", f"--net={self._path}", *argv)
        ran = subprocess.run(command, check=False, capture_output=True, text=True, input=text)
        assert ran.returncode == 0, f"{' '.join(argv)}: {ran.stderr}"
        return ran.stdout

    def close(self) -> None:
        self._holder.communicate()

    @property
    def holder_id(self) -> str:
        return str(self._holder.pid)

    @property
    def _path(self) -> str:
        return f"/proc/{self._holder.pid}/ns/net"


class Internet:
    """`inside` - router - `outside`. Mappings last as long as the router is told."""

    def __init__(self, *, mapping_s: int) -> None:
        self._hosts = itertools.count(2)
        with ExitStack() as made:
            self.inside, self._router, self.outside = (Namespace() for _ in range(3))
            for namespace in (self.inside, self._router, self.outside):
                made.callback(namespace.close)
            self._build(mapping_s)
            self._made = made.pop_all()

    def close(self) -> None:
        self._made.close()

    def move_home(self) -> None:
        """The computer gets a new address, as when it changes from cable to wireless."""
        self.inside.ip("addr", "flush", "dev", "lan")
        self.inside.ip("addr", "add", f"10.77.0.{next(self._hosts)}/24", "dev", "lan")
        self.inside.ip("route", "add", "default", "via", _GATEWAY)

    def move_router(self) -> None:
        """The provider gives the router a new address; mappings are gone."""
        self.public_address = f"203.0.113.{next(self._hosts)}"
        self._router.ip("addr", "flush", "dev", "wan")
        self._router.ip("addr", "add", f"{self.public_address}/24", "dev", "wan")

    @contextmanager
    def losing(self, *ports: int) -> Iterator[None]:
        """Meanwhile no packet passes from or to these ports, and nobody is told."""
        listed = ", ".join(map(str, ports))
        to, back = f"th dport {{ {listed} }}", f"th sport {{ {listed} }}"
        with self._dropping(
            f"meta l4proto {{ tcp, udp }} {to}", f"meta l4proto {{ tcp, udp }} {back}"
        ):
            yield

    @contextmanager
    def losing_some(self, percent: int) -> Iterator[None]:
        """Meanwhile this share of all UDP packets is lost, at random."""
        with self._dropping(f"meta l4proto udp numgen random mod 100 < {percent}"):
            yield

    @contextmanager
    def _dropping(self, *matches: str) -> Iterator[None]:
        for match in matches:
            self._router.run("nft", f"add rule ip home lost {match} drop")
        try:
            yield
        finally:
            self._router.run("nft", "flush chain ip home lost")

    def eavesdropper(self) -> Eavesdropper:
        """Somebody at the provider of the home."""
        with self._router.entered():
            return Eavesdropper("wan")

    def _build(self, mapping_s: int) -> None:
        self.inside.connect("lan", self._router)
        self.outside.connect("wan", self._router)
        self._router.ip("addr", "add", f"{_GATEWAY}/24", "dev", "lan")
        self.outside.ip("addr", "add", f"{SERVER_ADDRESS}/24", "dev", "wan")
        self._router.run("nft", "-f", "-", text=_MASQUERADING)
        with self._router.entered():
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
            for timeout in ("udp_timeout", "udp_timeout_stream"):
                Path(f"/proc/sys/net/netfilter/nf_conntrack_{timeout}").write_text(str(mapping_s))
        self.move_home()
        self.move_router()


def _set_namespace(descriptor: int) -> None:
    if _libc.setns(descriptor, 0) != 0:
        raise NoNamespaces(os.strerror(ctypes.get_errno()))
