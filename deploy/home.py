"""Where stacks live on this machine, and what is said while one starts.

HANDSET_STACK names the stack ("handset"), HANDSET_PORT is where its pages are (8470 at first, then
remembered), HANDSET_HOME is where stacks and practice server keep their data.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from deploy.ports import PORT_BLOCK
from deploy.practice import USERS
from deploy.program import port_answers, socket_answers, write

FIRST_PORT = 8470
PRACTICE = "practice"
READY_WITHIN_S = 60
SUPERVISOR_SOCKET = "run/supervisor.sock"
"""Below the directory of what it runs."""


class Failure(Exception):
    """What went wrong, in one line for the person at the terminal."""


class Home:
    """The directory of all stacks of this machine, and which of them is meant."""

    def __init__(self) -> None:
        self.directory = Path(os.environ.get("HANDSET_HOME") or default_home()).absolute()
        self.stack_name = os.environ.get("HANDSET_STACK") or "handset"
        if not re.fullmatch("[a-z0-9][a-z0-9-]{0,31}", self.stack_name):
            raise Failure("HANDSET_STACK may have lower-case letters, digits and hyphens only")
        if self.stack_name == PRACTICE:
            raise Failure(f"HANDSET_STACK cannot be {PRACTICE}: that is the practice server's name")
        self.practice_directory = self.directory / PRACTICE
        self.stack_directory = self.directory / self.stack_name
        self.mode_file = self.directory / "mode"

    def last_gateway_port(self) -> int:
        """Where the pages are, or were the last time."""
        return int(self._remembered("gateway-port", FIRST_PORT))

    def gateway_port(self, *, is_running: bool) -> int:
        """The one asked for, else that of the last time. Raises Failure if it is not ours."""
        last = self.last_gateway_port()
        asked = os.environ.get("HANDSET_PORT") or str(last)
        if not (asked.isdigit() and 0 < int(asked) < 65536):
            raise Failure(f"HANDSET_PORT is not a port: {asked}")
        port = int(asked)
        if not (port == last and is_running):
            _refuse_taken_port(port)
        self._remember("gateway-port", port)
        return port

    def network(self) -> str:
        """How containers reach a PBX: "bridge", or "host" (HANDSET_NETWORK). Raises Failure."""
        asked = os.environ.get("HANDSET_NETWORK") or self._remembered("network", "bridge")
        if asked not in ("bridge", "host"):
            raise Failure(f"HANDSET_NETWORK is bridge or host, not {asked}")
        self._remember("network", asked)
        return asked

    def has_host_audio(self) -> bool:
        """Whether containers get this user's sound server (HANDSET_HOST_AUDIO). Raises Failure."""
        asked = os.environ.get("HANDSET_HOST_AUDIO") or self._remembered("host-audio", "no")
        if asked not in ("yes", "no"):
            raise Failure(f"HANDSET_HOST_AUDIO is yes or no, not {asked}")
        self._remember("host-audio", asked)
        return asked == "yes"

    def first_port(self) -> int:
        """Of the stack's block, once it has one."""
        return int(self._remembered(PORT_BLOCK, 0))

    def _remembered(self, name: str, default: object) -> str:
        file = self.stack_directory / name
        return file.read_text().strip() if file.exists() else str(default)

    def _remember(self, name: str, value: object) -> None:
        self.stack_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(self.stack_directory / name, f"{value}\n")

    def other_local_stacks(self) -> list[str]:
        """Names of those that run as processes, besides the one that is meant."""
        own = (PRACTICE, self.stack_name)
        sockets = sorted(self.directory.glob(f"*/{SUPERVISOR_SOCKET}"))
        names = [each.parents[1].name for each in sockets if socket_answers(each)]
        return [name for name in names if name not in own]

    def tell(self, port: int) -> None:
        """What a person does next."""
        accounts = ", ".join(f"{user} / {user}-practice" for user in USERS)
        print(f"\nHandset is up: {address(port)}")
        print(f"Practice accounts (user / password, server {PRACTICE}): {accounts}")
        print("Numbers to try: 600 echo, 102 bob, 198 calls you back, 199 busy, *97 voicemail")


class Progress:
    """One line that is finished with the time it took."""

    def __init__(self, title: str) -> None:
        self._title = title

    def __enter__(self) -> None:
        self._started = time.monotonic()
        print(f"{self._title} ... ", end="", flush=True)

    def __exit__(self, error_type: object, *_: object) -> None:
        took_s = time.monotonic() - self._started
        print("failed" if error_type else f"{took_s:.1f} s", flush=True)


def address(port: int) -> str:
    """What a person types into the browser."""
    return f"http://localhost:{port}"


def default_home() -> Path:
    """Of the user who runs this."""
    if os.geteuid() == 0:
        return Path("/var/lib/handset")
    return Path.home() / ".local" / "share" / "handset"


def fail_in_one_line(error: Exception) -> None:
    """End the program; never returns."""
    if isinstance(error, PermissionError):
        sys.exit(f"error: {error.filename}: permission denied; was it made by another user?")
    sys.exit(f"error: {error}")


def _refuse_taken_port(port: int) -> None:
    if not port_answers(port):
        return
    other = next(candidate for candidate in range(port + 1, 65536) if not port_answers(candidate))
    choice = f"HANDSET_PORT={other} make up"
    raise Failure(f"port {port} is taken by {_listener(port)}; choose another: {choice}")


def _listener(port: int) -> str:
    """Name and number of the process, where the system tells."""
    command = shutil.which("ss")
    if command:
        query = (command, "-Hltnp", f"sport = :{port}")
        listed = subprocess.run(query, check=False, capture_output=True, text=True).stdout
        if found := re.search(r'\("([^"]+)",pid=(\d+)', listed):
            return f"{found[1]} (process {found[2]})"
    return "another program"
