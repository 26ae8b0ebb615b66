"""The engine's end of the link: for un-patched processes, imports neither nameko nor eventlet."""

import faulthandler
import json
import selectors
import signal
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Protocol

import structlog

from bus.codec import codec_of
from bus.link import LINE_LIMIT_BYTES, PING, Line
from contracts.base import Model
from contracts.errors import ContractError, DeadlineExceeded, InternalError

log = structlog.get_logger(__name__)

HUNG_AFTER_S = 15
WATCHDOG_PERIOD_S = 5


class Engine(Protocol):
    """What an engine program offers to its server."""

    def poll(self, poll_ms: int) -> None:
        """Let the library work, or wait for something to do, for at most `poll_ms`.

        What a command has left to do is done here, too: without waiting after one.
        """

    def wake(self) -> None:
        """From any thread: whatever poll there is ends at once."""

    def snapshot(self) -> Model:
        """All that a service which has just connected must know."""


class EngineServer:
    """Listens for the service and answers its commands, all in one thread, between two polls.

    Another thread only looks whether there is a command, and wakes the first one. A thread of the
    operating system ends the process (with a trace on standard error) when that
    one thread has not come round for fifteen seconds; whoever runs the processes starts it again.
    """

    def __init__(self, path: Path, contract: type) -> None:
        self._contract = contract
        self._selector = selectors.DefaultSelector()
        self._service: socket.socket | None = None
        self._unread = b""
        self._unsent = bytearray()
        self._is_stopping = False
        self._has_looked = threading.Event()
        self._listener = _listen(path)
        self._selector.register(self._listener, selectors.EVENT_READ)

    def emit(self, update: Model) -> None:
        """Hand an update to the service; without one it is dropped, the next snapshot has it."""
        if self._service is not None:
            name = json.dumps(type(update).__name__)
            self._send(f'{{"update":{name},"value":{update.model_dump_json()}}}')

    def run(self, engine: Engine, poll_ms: int) -> None:
        """Until SIGTERM."""
        stop = partial(self._stop, engine.wake)
        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        threading.Thread(target=self._watch, args=(engine.wake,), daemon=True).start()
        watched_at = 0.0
        has_worked = False
        while not self._is_stopping:
            if time.monotonic() - watched_at > WATCHDOG_PERIOD_S:
                faulthandler.dump_traceback_later(HUNG_AFTER_S, exit=True)
                watched_at = time.monotonic()
            engine.poll(0 if has_worked else poll_ms)
            ready = self._selector.select(0)
            has_worked = bool(ready)
            for key, _events in ready:
                if key.fileobj is self._listener:
                    self._accept(engine)
                else:
                    self._read(engine)
            self._has_looked.set()
            self._flush()
        faulthandler.cancel_dump_traceback_later()

    def close(self) -> None:
        """Send what is left and close."""
        if self._service is not None:
            with suppress(OSError):
                self._service.settimeout(1)
                self._service.sendall(self._unsent)
        self._drop()
        self._listener.close()
        self._selector.close()

    def _watch(self, wake: Callable[[], None]) -> None:
        while not self._is_stopping:
            self._selector.select()
            self._has_looked.clear()
            wake()
            self._has_looked.wait()

    def _stop(self, wake: Callable[[], None], _signal: int, _frame: object) -> None:
        self._is_stopping = True
        wake()  # a system call that a signal interrupts begins again

    def _accept(self, engine: Engine) -> None:
        service, _address = self._listener.accept()
        self._drop()
        service.settimeout(0)
        self._service = service
        self._selector.register(service, selectors.EVENT_READ)
        self.emit(engine.snapshot())

    def _read(self, engine: Engine) -> None:
        if self._service is None:
            return
        try:
            received = self._service.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            self._drop()
            return
        *lines, self._unread = (self._unread + received).split(b"\n")
        for line in lines:
            request = json.loads(line)
            self._send(json.dumps({"id": request["id"], **self._outcome(engine, request)}))

    def _outcome(self, engine: Engine, request: Line) -> Line:
        command = request["command"]
        if command == PING:
            return {"result": None}
        try:
            if time.monotonic() > request["expires_at"]:
                raise DeadlineExceeded(f"{command} not begun")
            codec = codec_of(self._contract, command)
            arguments = codec.load_arguments((), request["arguments"])
            return {"result": codec.dump_result(getattr(engine, command)(**arguments))}
        except ContractError as error:
            return {"error": error.dump()}
        except Exception as error:
            log.exception("command failed", command=command)
            return {"error": InternalError(type(error).__name__).dump()}

    def _send(self, line: str) -> None:
        self._unsent += line.encode() + b"\n"
        self._flush()

    def _flush(self) -> None:
        if self._service is None or not self._unsent:
            return
        try:
            sent = self._service.send(self._unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop()
            return
        del self._unsent[:sent]
        if len(self._unsent) > LINE_LIMIT_BYTES:
            log.warning("service does not read, link dropped")
            self._drop()

    def _drop(self) -> None:
        service, self._service = self._service, None
        self._unread = b""
        self._unsent.clear()
        if service is not None:
            self._selector.unregister(service)
            service.close()


def _listen(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    path.chmod(0o600)
    listener.listen(1)
    listener.settimeout(0)
    return listener
