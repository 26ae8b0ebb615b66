"""An engine that counts: a program on the engine link without any telephony."""

import sys
import threading
import time
from pathlib import Path

from bus.engine_server import EngineServer
from contracts.base import Model
from contracts.errors import CallNotFound


class CountingSnapshot(Model):
    newest: int


class Counted(Model):
    number: int


class CountingEngine:
    def start_at(self, number: int) -> None:
        raise NotImplementedError

    def count(self, times: int) -> None:
        raise NotImplementedError

    def newest(self) -> int:
        raise NotImplementedError

    def fail(self) -> None:
        raise NotImplementedError

    def pause(self, duration_s: float) -> None:
        raise NotImplementedError


class Counting(CountingEngine):
    def __init__(self, server: EngineServer) -> None:
        self._server = server
        self._newest = 0
        self._woken = threading.Event()

    def poll(self, poll_ms: int) -> None:
        self._woken.wait(poll_ms / 1000)
        self._woken.clear()

    def wake(self) -> None:
        self._woken.set()

    def snapshot(self) -> CountingSnapshot:
        return CountingSnapshot(newest=self._newest)

    def start_at(self, number: int) -> None:
        self._newest = number

    def count(self, times: int) -> None:
        for _ in range(times):
            self._server.emit(Counted(number=self._newest))
            self._newest += 1

    def newest(self) -> int:
        return self._newest

    def fail(self) -> None:
        raise CallNotFound("none")

    def pause(self, duration_s: float) -> None:
        time.sleep(duration_s)


if __name__ == "__main__":
    server = EngineServer(Path(sys.argv[1]), CountingEngine)
    server.run(Counting(server), poll_ms=50)
    server.close()
