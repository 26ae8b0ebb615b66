"""A stack under its real supervisor, and what can happen to its parts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import psutil
from redis import Redis

from deploy.program import Program
from deploy.stack import SERVICES, SERVICES_PROGRAM, Stack, programs, service_listens
from deploy.supervisor import Supervisor
from tests.peers.ear import eventually

START_DEADLINE_S = 40


class SupervisedStack:
    """All programs of a stack, each of which supervisord starts again when it ends."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._supervisor = Supervisor(stack.directory)
        self._programs = {program.name: program for program in programs(stack)}

    def start(self) -> None:
        self._run(list(self._programs.values()))
        self.is_healthy(within_s=START_DEADLINE_S)

    def stop(self) -> None:
        self._supervisor.stop()

    def kill(self, part: str) -> psutil.Process:
        """SIGKILL to one process, as the kernel would do it."""
        process = self._process(part)
        process.kill()
        return process

    def ask_to_end(self, part: str) -> psutil.Process:
        """SIGTERM."""
        process = self._process(part)
        process.terminate()
        return process

    @contextmanager
    def frozen(self, *parts: str) -> Iterator[None]:
        """SIGSTOP to parts with all their processes, SIGCONT at the end."""
        processes = [self._process(part) for part in parts]
        family = [
            each for process in processes for each in (process, *process.children(recursive=True))
        ]
        for each in family:
            each.suspend()
        try:
            yield
        finally:
            for each in family:
                each.resume()

    @contextmanager
    def with_setting(self, name: str, value: str) -> Iterator[None]:
        """The same stack with one setting of its own programs changed."""
        changed = [
            replace(program, environment={**program.environment, name: value})
            if "HANDSET_STACK" in program.environment
            else program
            for program in self._programs.values()
        ]
        try:
            self._run(changed)
            yield
        finally:
            self._run(list(self._programs.values()))

    @contextmanager
    def with_redis_full(self) -> Iterator[None]:
        """Redis has no memory for anything new: it refuses to write."""
        password = self.stack.secret("redis-password")
        with Redis("127.0.0.1", self.stack.redis_port, password=password) as redis:
            redis.config_set("maxmemory", 1)
            try:
                yield
            finally:
                redis.config_set("maxmemory", 0)

    def is_back(self, part: str, before: psutil.Process, *, within_s: float) -> None:
        """Wait until another process of this part is ready."""
        eventually(
            lambda: not before.is_running() and self._pid(part) and self._is_ready(part),
            within_s=within_s,
            what=f"{part} is not back",
        )

    def is_healthy(self, *, within_s: float = 10) -> None:
        """Wait until the stack says so itself."""
        eventually(self._says_healthy, within_s=within_s, what="a part of the stack is down")

    def _run(self, programs: list[Program]) -> None:
        self._supervisor.load(programs)
        for program in programs:
            self._supervisor.start(program.name)
        for program in programs:
            eventually(program.is_ready, within_s=START_DEADLINE_S, what=program.name)

    def _says_healthy(self) -> bool:
        address = f"http://127.0.0.1:{self.stack.gateway_port}/healthz"
        try:
            return httpx.get(address, timeout=6).status_code == 200
        except httpx.HTTPError:
            return False

    def _is_ready(self, part: str) -> bool:
        if part in SERVICES:
            return service_listens(self.stack, part)
        return self._programs[part].is_ready()

    def _process(self, part: str) -> psutil.Process:
        return psutil.Process(self._pid(part))

    def _pid(self, part: str) -> int:
        """0 while there is none. A service is forked by the program that supervisord starts."""
        if part in SERVICES:
            forks = self._process(SERVICES_PROGRAM).children()
            return next((each.pid for each in forks if each.name() == part), 0)
        return next(each.pid for each in self._supervisor.processes() if each.name == part)
