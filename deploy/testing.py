"""Starts programs for the time of a test."""

import os
import signal
import subprocess
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from deploy.ports import free_port
from deploy.program import REPOSITORY, Program

__all__ = ["NotReady", "free_port", "running", "running_all", "start", "stop"]

POLL_S = 0.05
SHOWN_LINES = 30

Process = subprocess.Popen[bytes]


class NotReady(Exception):
    """A program ended, or was not ready in time; the message ends with its last log lines."""


@contextmanager
def running(program: Program, log_directory: Path, *, within_s: float = 30) -> Iterator[Process]:
    """The process of a program that is ready; stopped at the end. Logs to `<name>.log`."""
    process = start(program, log_directory, within_s=within_s)
    try:
        yield process
    finally:
        stop(process, within_s=program.stop_s)


@contextmanager
def running_all(programs: Iterable[Program], log_directory: Path) -> Iterator[None]:
    """Programs that are started one after another, and stopped in the opposite order."""
    with ExitStack() as started:
        for program in programs:
            started.enter_context(running(program, log_directory))
        yield


def start(program: Program, log_directory: Path, *, within_s: float = 30) -> Process:
    """Start a program in a process group of its own and wait until it is ready."""
    log_path = log_directory / f"{program.name}.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            program.argv_that_ends_with_starter(),
            cwd=REPOSITORY,
            env={**os.environ, **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + within_s
    while process.poll() is None and time.monotonic() < deadline:
        if program.is_ready():
            return process
        time.sleep(POLL_S)
    ended = process.poll()
    stop(process, within_s=program.stop_s)
    problem = f"not ready within {within_s} s" if ended is None else f"ended with {ended}"
    raise NotReady(f"{program.name}: {problem}; its log ends with\n{_end_of(log_path)}")


def stop(process: Process, *, within_s: float = 5) -> None:
    """SIGTERM, then SIGKILL for what is left of its process group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(within_s)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _end_of(log_path: Path) -> str:
    with log_path.open(errors="replace") as log:
        return "".join(deque(log, maxlen=SHOWN_LINES))
