"""The service's end of the engine link: connects, feeds, hears, and notices a hung engine.

States: down → starting (connected; `on_engine(Snapshot)` replays what the engine must know) → up.
"""

import itertools
import json
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar, cast

import eventlet
import structlog
from eventlet.event import Event as Reply
from eventlet.green import socket
from eventlet.queue import Queue as GreenQueue
from nameko import config
from nameko.extensions import DependencyProvider, Entrypoint, ProviderCollector, SharedExtension
from pydantic import ValidationError

from bus import retry
from bus.codec import TypedClient
from bus.link import PING, EngineGone, Line
from bus.workers import run_worker
from contracts.base import Model
from contracts.errors import ContractError, DeadlineExceeded, EngineDown

log = structlog.get_logger(__name__)

Contract = TypeVar("Contract")
Handler = TypeVar("Handler", bound=Callable[..., Any])

RECONNECT_PAUSE_S = (0.1, 0.5)  # first and longest
PING_PERIOD_S = 2.0
PING_TIMEOUT_S = 6.0


class EngineState(StrEnum):
    """Of the link, seen from the service."""

    DOWN = "down"
    STARTING = "starting"
    UP = "up"


class EngineLink(SharedExtension, ProviderCollector):
    """One connection per container, shared by the engine provider and the on_engine entrypoints."""

    def setup(self) -> None:
        self.state = EngineState.DOWN
        self.snapshot_type: type[Model] = Model
        self._stopping = False
        self._ids = itertools.count(1)
        self._replies: dict[int, Reply] = {}
        self._updates: GreenQueue = GreenQueue()
        self._outgoing: GreenQueue = GreenQueue()
        self._socket: Any = None

    def start(self) -> None:
        self.container.spawn_managed_thread(self._keep_connected, "engine link")
        self.container.spawn_managed_thread(self._deliver, "engine updates")

    def stop(self) -> None:
        """Leave; the engine and its calls go on."""
        self._stopping = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def call(
        self, command: str, arguments: dict[str, Any], timeout_s: float, *, starting: bool
    ) -> Any:
        """Raises EngineDown at once if the engine is not up (or, with `starting`, not there)."""
        if self.state is EngineState.DOWN or (self.state is EngineState.STARTING and not starting):
            raise EngineDown(self.state)
        outcome = self._ask(command, arguments, timeout_s)
        if "error" in outcome:
            raise ContractError.load(outcome["error"])
        return outcome["result"]

    def _ask(self, command: str, arguments: dict[str, Any], timeout_s: float) -> Line:
        request_id = next(self._ids)
        reply = self._replies[request_id] = Reply()
        self._outgoing.put(
            {
                "id": request_id,
                "command": command,
                "arguments": arguments,
                "expires_at": time.monotonic() + timeout_s,  # one clock for all processes of a host
            }
        )
        try:
            with eventlet.Timeout(timeout_s, DeadlineExceeded(command)):
                outcome: Line = reply.wait()
        finally:
            self._replies.pop(request_id, None)
        return outcome

    # the connection

    def _keep_connected(self) -> None:
        pause_s, longest_pause_s = RECONNECT_PAUSE_S
        while not self._stopping:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(config["ENGINE_SOCKET"])
            except OSError as error:
                connection.close()
                if pause_s == RECONNECT_PAUSE_S[0]:
                    log.warning("engine unreachable", error=error.strerror)
            else:
                pause_s = RECONNECT_PAUSE_S[0]
                self._use(connection)
            if self._stopping:
                return
            eventlet.sleep(pause_s)
            pause_s = min(pause_s * 2, longest_pause_s)

    def _use(self, connection: Any) -> None:
        """Until the connection ends."""
        self._socket, self._outgoing = connection, GreenQueue()
        writer = eventlet.spawn(self._write, connection, self._outgoing)
        pinger = eventlet.spawn(self._ping, connection)
        reason = "the connection was closed"
        try:
            for line in connection.makefile("rb", buffering=65536):
                self._receive(line)
        except OSError as error:
            reason = str(error)
        self.state, self._socket = EngineState.DOWN, None
        writer.kill()
        pinger.kill()
        connection.close()
        for reply in self._replies.values():
            if not reply.ready():
                reply.send_exception(EngineDown("the engine went away during the command"))
        if not self._stopping:
            log.warning("engine gone", reason=reason)
            self._updates.put(EngineGone(reason=reason))

    def _write(self, connection: Any, outgoing: GreenQueue) -> None:
        """The only thread that writes, so that no deadline can cut a line in half."""
        with suppress(OSError):  # the reader notices, too
            while True:
                connection.sendall(json.dumps(outgoing.get()).encode() + b"\n")

    def _ping(self, connection: Any) -> None:
        while True:
            eventlet.sleep(PING_PERIOD_S)
            try:
                self._ask(PING, {}, PING_TIMEOUT_S)
            except DeadlineExceeded:
                log.warning("engine hangs", silent_s=PING_TIMEOUT_S)
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
                return
            except EngineDown:
                return

    def _receive(self, line: bytes) -> None:
        """Never blocks: a handler of an update may itself wait for a reply."""
        try:
            message = json.loads(line)
        except ValueError:  # half a line: the engine was killed
            return
        if "update" in message:
            if message["update"] == self.snapshot_type.__name__:
                self.state = EngineState.STARTING
            self._updates.put(message)
            return
        reply = self._replies.get(message["id"])
        if reply is not None and not reply.ready():
            reply.send(message)

    # updates to the service, one at a time

    def _deliver(self) -> None:
        while True:
            update = self._updates.get()
            if isinstance(update, dict):
                update = self._load(update)
            if update is None:
                continue
            connection, is_snapshot = self._socket, type(update) is self.snapshot_type
            # a snapshot of an engine that is gone again must not keep back the next one
            is_wanted = partial(self._is_wanted, connection if is_snapshot else None)
            for entrypoint in [
                each for each in self._providers if type(update) is each.update_type
            ]:
                run = partial(run_worker, entrypoint, {"update": update})
                retry.until_done(type(update).__name__, run, is_wanted)
            if is_snapshot and connection is not None and connection is self._socket:
                self.state = EngineState.UP
                log.info("engine is up")

    def _is_wanted(self, connection: Any) -> bool:
        return not self._stopping and connection in (None, self._socket)

    def _load(self, message: Line) -> Model | None:
        types = {each.update_type.__name__: each.update_type for each in self._providers}
        update_type: type[Model] | None = types.get(message["update"])
        if update_type is None:
            return None
        try:
            return update_type.model_validate(message["value"])
        except ValidationError as error:
            problems = error.errors(include_input=False)
            log.error("dropped malformed update", type=message["update"], problems=problems)
            return None


class _Engine(DependencyProvider):
    link = EngineLink()

    def __init__(self, contract: type, snapshot_type: type[Model], timeout_s: float) -> None:
        self._contract = contract
        self._snapshot_type = snapshot_type
        self._timeout_s = timeout_s

    def start(self) -> None:
        self.link.snapshot_type = self._snapshot_type

    def get_dependency(self, worker_ctx: Any) -> TypedClient:
        update_type = getattr(worker_ctx.entrypoint, "update_type", None)
        starting = update_type is self._snapshot_type

        def call(command: str, arguments: dict[str, Any], timeout_s: float) -> Any:
            return self.link.call(command, arguments, timeout_s, starting=starting)

        return TypedClient(self._contract, call, self._timeout_s)


def engine(
    contract: type[Contract], snapshot_type: type[Model], *, timeout_s: float = 5
) -> Contract:
    """Inject a client of the engine's commands. `on_engine(snapshot_type)` prepares a new one."""
    return cast(Contract, _Engine(contract, snapshot_type, timeout_s))


class _EngineStateProvider(DependencyProvider):
    link = EngineLink()

    def get_dependency(self, _worker_ctx: Any) -> EngineState:
        return self.link.state


def engine_state() -> EngineState:
    """Inject how the link is at the moment the worker starts."""
    return cast(EngineState, _EngineStateProvider())


class _OnEngine(Entrypoint):
    link = EngineLink()

    def __init__(self, update_type: type[Model], **kwargs: Any) -> None:
        self.update_type = update_type
        super().__init__(**kwargs)

    def setup(self) -> None:
        self.link.register_provider(self)

    def stop(self) -> None:
        self.link.unregister_provider(self)


def on_engine(update_type: type[Model]) -> Callable[[Handler], Handler]:
    """Run the decorated `method(self, update)` for each update of this type, one after another.

    All updates of a service share one order: while a handler runs, or is tried again because Redis
    is away, the next update of any type waits. After a snapshot's handler the engine takes commands
    of everybody; `EngineGone` says that it takes none any more.
    """
    return cast(Callable[[Handler], Handler], _OnEngine.decorator(update_type))
