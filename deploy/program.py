"""A program: how one process is started, and how to tell that it is ready to serve.

The supervisor's configuration is rendered from programs, and tests start them directly.
"""

import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
"""Working directory of every program."""
LOOPBACK = "127.0.0.1"
_LISTENING = "00010000"
"""The flag that /proc/net/unix shows of a socket that takes connections."""


@dataclass(frozen=True)
class Program:
    """One process. `environment` is added to that of whoever starts it."""

    name: str
    argv: tuple[str, ...]
    is_ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    """Names of programs that had better be ready first; it gets over their absence later."""
    stop_s: int = 5
    """After SIGTERM it has this long to end by itself."""

    def argv_that_ends_with_starter(self) -> tuple[str, ...]:
        """Starts the same process; it gets a SIGTERM when its parent ends, even if by SIGKILL."""
        return ("setpriv", "--pdeathsig", "TERM", *self.argv)


def port_answers(port: int, *, greeting: bytes = b"", host: str = LOOPBACK) -> bool:
    """Whether a TCP port takes connections and, after a greeting, says anything at all."""
    try:
        with socket.create_connection((host, port), timeout=1) as connection:
            if not greeting:
                return True
            connection.sendall(greeting)
            return bool(connection.recv(1))
    except OSError:
        return False


def socket_answers(path: Path) -> bool:
    """Whether somebody listens on a UNIX socket."""
    with socket.socket(socket.AF_UNIX) as connection:
        return connection.connect_ex(str(path)) == 0


def socket_listens(path: Path) -> bool:
    """The same without connecting: an engine would take that for its service."""
    lines = Path("/proc/net/unix").read_text().splitlines()
    return any(line.split()[3] == _LISTENING and line.endswith(f" {path}") for line in lines)


def write(path: Path, content: str, mode: int = 0o644) -> Path:
    """Write a file so that others see either the old or the new content, never a part."""
    beside = path.with_name(f".{path.name}.new")
    beside.touch(mode=mode)
    beside.chmod(mode)
    beside.write_text(content)
    return beside.rename(path)
