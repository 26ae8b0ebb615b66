"""go-sendxmpp, the native peer in chat: one sends each line it is given, one prints what comes."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from deploy.practice.server import PracticeServer
from deploy.program import LOOPBACK
from tests.bench.figures import NothingMeasured

NAME = "go-sendxmpp"
_PROGRAM = "/usr/bin/go-sendxmpp"
_READY_WITHIN_S = 10.0
_KNOCK_S = 0.2

Process = subprocess.Popen[str]


class NativePair:
    """Two people at two terminals."""

    def __init__(self, sender: Process, listener: Process) -> None:
        self._sender, self._listener = sender, listener

    def deliver_s(self) -> float:
        """From a line that is entered at one to the same line at the other."""
        text = uuid4().hex
        sent_at = time.monotonic()
        self._write(text)
        self._read(text)
        return time.monotonic() - sent_at

    def get_ready(self) -> None:
        """Neither says when it has signed in: knock until something comes, then let it run dry."""
        deadline = time.monotonic() + _READY_WITHIN_S
        knocks = 0
        heard = uuid4().hex
        while knocks < _READY_WITHIN_S / _KNOCK_S and time.monotonic() < deadline:
            self._write(f"{heard} {knocks}")
            knocks += 1
            time.sleep(_KNOCK_S)
        self._read(f"{heard} {knocks - 1}")

    def _write(self, text: str) -> None:
        assert self._sender.stdin is not None
        self._sender.stdin.write(f"{text}\n")
        self._sender.stdin.flush()

    def _read(self, text: str) -> None:
        assert self._listener.stdout is not None
        for line in self._listener.stdout:
            if text in line:
                return
        raise NothingMeasured(f"{NAME} ended with {self._listener.poll()}")


@contextmanager
def native_pair(directory: Path, server: PracticeServer, sender: str, listener: str) -> Iterator:
    """Signed in as these two; their passwords are made of their names."""
    processes = [
        _start(directory, server, listener, "--listen"),
        _start(directory, server, sender, "--interactive", f"{listener}@practice"),
    ]
    try:
        pair = NativePair(processes[1], processes[0])
        pair.get_ready()
        yield pair
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _start(directory: Path, server: PracticeServer, user: str, *arguments: str) -> Process:
    account = (f"-u{user}@practice", f"-p{user}-practice")
    where = (f"-j{LOOPBACK}:{server.xmpp_port}", "--no-tls-verify")  # it takes no authority of ours
    return subprocess.Popen(
        (_PROGRAM, *account, *where, *arguments),
        env={"HOME": str(directory)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
