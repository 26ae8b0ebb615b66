"""`python -m deploy.local up|down|status|logs`: a stack as processes of this machine."""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

import httpx
import psutil
from pydantic import ValidationError

from contracts.health import Health, HealthState
from deploy import stack as stack_programs
from deploy.home import PRACTICE, READY_WITHIN_S, Failure, Home, Progress, fail_in_one_line
from deploy.ports import NoPortsLeft
from deploy.practice import server as practice_programs
from deploy.practice.server import PracticeServer
from deploy.program import LOOPBACK, REPOSITORY, Program
from deploy.stack import SERVICES_PROGRAM, Stack
from deploy.supervisor import Process, Supervisor

_POLL_S = 0.2


class Local:
    """The supervisors of a stack and of the practice server that stands beside it."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.practice = Supervisor(home.practice_directory)
        self.stack = Supervisor(home.stack_directory)


def up(local: Local) -> None:
    """Start what is not running, wait until all of it works, tell where it is."""
    home = local.home
    port = home.gateway_port(is_running=local.stack.is_running())
    practice = PracticeServer.create(home.practice_directory)
    _start("Practice server", local.practice, practice_programs.programs(practice))
    instances = (practice.instances, REPOSITORY / "deploy" / "instances")
    stack = Stack.create(
        home.stack_directory,
        instances,
        name=home.stack_name,
        gateway_port=port,
        host_audio=sound_server(),
    )
    _start(f"Stack {stack.name}", local.stack, stack_programs.programs(stack))
    _wait_for_health(stack, local.stack)
    home.tell(port)


def sound_server() -> Path | None:
    """Socket of the user's PulseAudio, or of PipeWire in its place; a desktop session has one."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return Path(runtime) / "pulse" / "native" if runtime else None


def down(local: Local) -> None:
    """Stop the stack, and the practice server if no other stack is there to use it."""
    _stop(f"Stack {local.home.stack_name}", local.stack)
    if not local.home.other_local_stacks():
        _stop("Practice server", local.practice)


def status(local: Local) -> None:
    """One line per part. Raises Failure if one does not run."""
    parts = [
        *((local.home.stack_name, process) for process in local.stack.processes()),
        *((PRACTICE, process) for process in local.practice.processes()),
    ]
    for owner, process in parts:
        state = f"{process.state.lower():10} {process.description}"
        print(f"{owner:12} {process.name:12} {state} {_forks(process)}".rstrip())
    if not local.stack.is_running():
        raise Failure(f"stack {local.home.stack_name} is not up")
    if any(process.state != "RUNNING" for _, process in parts):
        raise Failure("not every part is running")


def _forks(process: Process) -> str:
    """The services that run below this one."""
    if process.name != SERVICES_PROGRAM or not process.pid:
        return ""
    return ", ".join(each.name() for each in psutil.Process(process.pid).children())


def logs(local: Local) -> None:
    """Follow the logs of all parts, until Ctrl-C."""
    files = [
        str(file)
        for directory in (local.home.stack_directory, local.home.practice_directory)
        for file in sorted((directory / "log").glob("*.log"))
    ]
    if not files:
        raise Failure(f"stack {local.home.stack_name} has never been up")
    os.execvp("tail", ["tail", "-n", "10", "-F", *files])  # noqa: S606, S607


def _start(title: str, supervisor: Supervisor, programs: Sequence[Program]) -> None:
    with Progress(title):
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
    with Progress("Health"):
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
        with Progress(f"{title} stops"):
            supervisor.stop()


def main(command: str) -> None:
    """Run one command; an expected failure is one line on standard error."""
    commands = {"up": up, "down": down, "status": status, "logs": logs}
    try:
        commands[command](Local(Home()))
    except (Failure, NoPortsLeft, OSError) as error:
        fail_in_one_line(error)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main(sys.argv[1])
