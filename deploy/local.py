"""`python -m deploy.local up|down|status|logs`: a stack as processes of this machine.

HANDSET_STACK names the stack ("handset"), HANDSET_PORT is where its pages are (8470 at first, then
remembered), HANDSET_HOME is where stacks and practice server keep their data.
"""

import os
import re
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import httpx
import psutil
from pydantic import ValidationError

from contracts.health import Health, HealthState
from deploy import stack as stack_programs
from deploy.ports import NoPortsLeft
from deploy.practice import server as practice_programs
from deploy.practice.server import USERS, PracticeServer
from deploy.program import LOOPBACK, REPOSITORY, Program, port_answers, write
from deploy.stack import Stack
from deploy.supervisor import Supervisor

FIRST_PORT = 8470
PRACTICE = "practice"
READY_WITHIN_S = 60
_POLL_S = 0.2


class Failure(Exception):
    """What went wrong, in one line for the person at the terminal."""


class Home:
    """The directory of all stacks of this machine, and which of them is meant."""

    def __init__(self) -> None:
        self.directory = Path(os.environ.get("HANDSET_HOME") or _default_home())
        self.stack_name = os.environ.get("HANDSET_STACK") or "handset"
        if not re.fullmatch("[a-z0-9][a-z0-9-]{0,31}", self.stack_name):
            raise Failure("HANDSET_STACK may have lower-case letters, digits and hyphens only")
        if self.stack_name == PRACTICE:
            raise Failure(f"HANDSET_STACK cannot be {PRACTICE}: that is the practice server's name")
        self.practice_directory = self.directory / PRACTICE
        self.stack_directory = self.directory / self.stack_name
        self.practice_supervisor = Supervisor(self.practice_directory)
        self.stack_supervisor = Supervisor(self.stack_directory)

    def other_stacks_run(self) -> bool:
        own = (self.practice_directory, self.stack_directory)
        others = (each for each in self.directory.iterdir() if each not in own)
        return any(Supervisor(directory).is_running() for directory in others)

    def gateway_port(self) -> int:
        """The one asked for, else that of the last time. Raises Failure if it is not ours."""
        remembered = self.stack_directory / "gateway-port"
        last = int(remembered.read_text()) if remembered.exists() else FIRST_PORT
        asked = os.environ.get("HANDSET_PORT") or str(last)
        if not (asked.isdigit() and 0 < int(asked) < 65536):
            raise Failure(f"HANDSET_PORT is not a port: {asked}")
        port = int(asked)
        if not (port == last and self.stack_supervisor.is_running()):
            _refuse_taken_port(port)
        self.stack_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        write(remembered, f"{port}\n")
        return port


def up(home: Home) -> None:
    """Start what is not running, wait until all of it works, tell where it is."""
    port = home.gateway_port()
    practice = PracticeServer.create(home.practice_directory)
    _start("Practice server", home.practice_supervisor, practice_programs.programs(practice))
    instances = (practice.instances, REPOSITORY / "deploy" / "instances")
    stack = Stack.create(home.stack_directory, instances, name=home.stack_name, gateway_port=port)
    _start(f"Stack {stack.name}", home.stack_supervisor, stack_programs.programs(stack))
    _wait_for_health(stack, home.stack_supervisor)
    accounts = ", ".join(f"{user} / {user}-practice" for user in USERS)
    print(f"\nHandset is up: {stack.address}")
    print(f"Practice accounts (user / password, server {PRACTICE}): {accounts}")
    print("Numbers to try: 600 echo, 102 bob, 198 calls you back, 199 busy, *97 voicemail")


def down(home: Home) -> None:
    """Stop the stack, and the practice server if no other stack is there to use it."""
    _stop(f"Stack {home.stack_name}", home.stack_supervisor)
    if home.directory.exists() and not home.other_stacks_run():
        _stop("Practice server", home.practice_supervisor)


def status(home: Home) -> None:
    """One line per part. Raises Failure if one does not run."""
    parts = [
        *((home.stack_name, process) for process in home.stack_supervisor.processes()),
        *((PRACTICE, process) for process in home.practice_supervisor.processes()),
    ]
    for owner, process in parts:
        print(f"{owner:12} {process.name:12} {process.state.lower():10} {process.description}")
    if not home.stack_supervisor.is_running():
        raise Failure(f"stack {home.stack_name} is not up")
    if any(process.state != "RUNNING" for _, process in parts):
        raise Failure("not every part is running")


def logs(home: Home) -> None:
    """Follow the logs of all parts, until Ctrl-C."""
    files = [
        str(file)
        for directory in (home.stack_directory, home.practice_directory)
        for file in sorted((directory / "log").glob("*.log"))
    ]
    if not files:
        raise Failure(f"stack {home.stack_name} has never been up")
    os.execvp("tail", ["tail", "-n", "10", "-F", *files])  # noqa: S606, S607


def _default_home() -> Path:
    if os.geteuid() == 0:
        return Path("/var/lib/handset")
    return Path.home() / ".local" / "share" / "handset"


def _refuse_taken_port(port: int) -> None:
    if not port_answers(port):
        return
    other = next(candidate for candidate in range(port + 1, 65536) if not port_answers(candidate))
    choice = f"HANDSET_PORT={other} make up"
    raise Failure(f"port {port} is taken by {_listener(port)}; choose another: {choice}")


def _listener(port: int) -> str:
    for connection in psutil.net_connections("tcp"):
        is_listener = connection.status == psutil.CONN_LISTEN
        if is_listener and connection.laddr and connection.laddr.port == port and connection.pid:
            return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    return "another program"


def _start(title: str, supervisor: Supervisor, programs: Sequence[Program]) -> None:
    with _Progress(title):
        supervisor.load(programs)
        started: list[Program] = []
        ready: set[str] = set()
        deadline = time.monotonic() + READY_WITHIN_S
        while len(ready) < len(programs):
            for program in programs:
                if program not in started and ready.issuperset(program.needs):
                    supervisor.start(program.name)
                    started.append(program)
            if time.monotonic() > deadline:
                waiting = (program.name for program in programs if program.name not in ready)
                raise Failure(_not_ready(supervisor, waiting))
            time.sleep(_POLL_S)
            ready |= {program.name for program in started if program.is_ready()}


def _wait_for_health(stack: Stack, supervisor: Supervisor) -> None:
    with _Progress("Health"):
        deadline = time.monotonic() + READY_WITHIN_S
        while (health := _health(stack)) is None or health.state is HealthState.DOWN:
            if time.monotonic() > deadline:
                parts = health.parts if health else []
                broken = [part.part for part in parts if part.state is HealthState.DOWN]
                raise Failure(_not_ready(supervisor, broken or ["gateway"]))
            time.sleep(_POLL_S)


def _health(stack: Stack) -> Health | None:
    try:
        answer = httpx.get(f"http://{LOOPBACK}:{stack.gateway_port}/healthz", trust_env=False)
        return Health.model_validate_json(answer.content)
    except (httpx.HTTPError, ValidationError):
        return None


def _not_ready(supervisor: Supervisor, names: Iterable[str]) -> str:
    waiting = list(names)
    log = supervisor.log_of(waiting[0])
    return f"{', '.join(waiting)}: not ready within {READY_WITHIN_S} s, see {log}"


def _stop(title: str, supervisor: Supervisor) -> None:
    if supervisor.is_running():
        with _Progress(f"{title} stops"):
            supervisor.stop()


class _Progress:
    """One line that is finished with the time it took."""

    def __init__(self, title: str) -> None:
        self._title = title

    def __enter__(self) -> None:
        self._started = time.monotonic()
        print(f"{self._title} ... ", end="", flush=True)

    def __exit__(self, error_type: object, *_: object) -> None:
        took_s = time.monotonic() - self._started
        print("failed" if error_type else f"{took_s:.1f} s", flush=True)


def main(command: str) -> None:
    """Run one command; an expected failure is one line on standard error."""
    commands = {"up": up, "down": down, "status": status, "logs": logs}
    try:
        commands[command](Home())
    except (Failure, NoPortsLeft) as failure:
        sys.exit(f"error: {failure}")
    except PermissionError as error:
        sys.exit(f"error: {error.filename}: permission denied; was it made by another user?")
    except OSError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1])
