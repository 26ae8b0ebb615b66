"""Typed RPC: contract models on both sides, plain JSON on the wire, each command at most once."""

import math
import time
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

import eventlet
import nameko.rpc
import structlog
from eventlet.semaphore import Semaphore
from kombu import Message
from nameko import config
from nameko.extensions import DependencyProvider
from nameko.messaging import decode_from_headers
from redis import RedisError

from bus.amqp import RPC_EXCHANGE, Consumer, RecentMessages, is_live
from bus.calls import Calls
from bus.codec import Codec, TypedClient
from bus.requests import RequestLog
from bus.room import require_room, store_error
from bus.workers import RpcSender, run_worker, trace_headers
from contracts.base import Command
from contracts.errors import ContractError, InternalError

log = structlog.get_logger(__name__)

Method = TypeVar("Method", bound=Callable[..., Any])
Contract = TypeVar("Contract")


class _RpcConsumer(nameko.rpc.RpcConsumer):
    """Takes requests of one service, acknowledges each before it runs, and replies."""

    consumer_cls = Consumer
    sender = RpcSender()

    def setup(self) -> None:
        super().setup()
        self._slots = Semaphore(self.container.max_workers)
        self._recent = RecentMessages()
        self._stopping = False

    def stop(self) -> None:
        """Let running requests end; the broker keeps those that have not begun."""
        self._stopping = True
        while self._slots.balance < self.container.max_workers:
            eventlet.sleep(0.01)
        super().stop()

    def handle_message(self, body: Any, message: Message) -> None:
        self.container.spawn_managed_thread(partial(self._serve, body, message), "rpc")

    def _serve(self, body: Any, message: Message) -> None:
        with self._slots:
            if self._stopping or not is_live(message):  # not acknowledged, so delivered again
                return
            self.consumer.ack_message(message)
            context = decode_from_headers(message.headers)
            expires_at = context.get("deadline", math.inf)
            if time.time() < expires_at and not self._recent.has(message):
                self._recent.add(message)
                self._reply(message, self._outcome(body, message, context), expires_at)

    def _outcome(self, body: Any, message: Message, context: dict[str, Any]) -> dict[str, Any]:
        try:
            entrypoint = self.get_provider_for_method(message.delivery_info["routing_key"])
            outcome: dict[str, Any] = entrypoint.serve(body, context)
        except Exception as error:
            outcome = _failure(error)
            if outcome["error"]["code"] == InternalError.code:
                log.exception("request failed", method=message.delivery_info["routing_key"])
        return outcome

    def _reply(self, message: Message, outcome: dict[str, Any], expires_at: float) -> None:
        self.sender.post(
            outcome,
            RPC_EXCHANGE,
            message.properties["reply_to"],
            expires_at=expires_at,
            persistent=False,
            correlation_id=message.properties["correlation_id"],
        )


class _Rpc(nameko.rpc.Rpc):
    rpc_consumer = _RpcConsumer()
    request_log = RequestLog()

    def setup(self) -> None:
        super().setup()
        self.codec = Codec(getattr(self.container.service_cls, self.method_name))

    def serve(self, body: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
        """Returns {"result", "error"} as they go over the wire."""
        arguments = self.codec.load_arguments(body["args"], body["kwargs"])
        run = partial(self._run, arguments, context)
        command = next((value for value in arguments.values() if isinstance(value, Command)), None)
        if command is None:
            return run()
        if command.needs_room:
            require_room(config["SETTINGS"])
        asked = f"{self.method_name} {command!r}"  # in which secrets are masked
        expires_at = context.get("deadline", math.inf)
        return self.request_log.once(asked, command.request_id, run, expires_at)

    def _run(self, arguments: dict[str, Any], context: dict[str, Any]) -> dict[str, Any]:
        try:
            result = self.codec.dump_result(run_worker(self, arguments, context))
        except Exception as error:  # what nobody expects is logged by nameko's worker
            return _failure(error)
        return {"result": result, "error": None}


def _failure(error: Exception) -> dict[str, Any]:
    if isinstance(error, RedisError):
        error = store_error(error)
    elif not isinstance(error, ContractError):
        error = InternalError(type(error).__name__)
    return {"result": None, "error": error.dump()}


def rpc(method: Method) -> Method:
    """Expose a method of a service class that implements its contract."""
    return cast(Method, _Rpc.decorator(expected_exceptions=(ContractError, RedisError))(method))


class _ReplyListener(nameko.rpc.ReplyListener):
    sender = RpcSender()

    class consumer_cls(Consumer):
        def __init__(self, _check_for_lost_replies: Any, amqp_uri: str, **options: Any) -> None:
            super().__init__(amqp_uri, **options)

    def start(self) -> None:
        self.calls = Calls(self.sender, self.routing_key)
        super().start()

    def handle_message(self, body: Any, message: Message) -> None:
        self.consumer.ack_message(message)
        self.calls.take_reply(message.properties["correlation_id"], body)


class _RpcClient(DependencyProvider):
    reply_listener = _ReplyListener()

    def __init__(self, service: str, contract: type, timeout_s: float) -> None:
        self._service = service
        self._contract = contract
        self._timeout_s = timeout_s

    def get_dependency(self, worker_ctx: Any) -> TypedClient:
        headers = trace_headers(worker_ctx)
        worker_expires_at: float = worker_ctx.context_data.get("deadline", math.inf)

        def call(method: str, arguments: dict[str, Any], timeout_s: float) -> Any:
            expires_at = min(time.time() + timeout_s, worker_expires_at)
            return self.reply_listener.calls.call(
                self._service, method, arguments, expires_at=expires_at, headers=headers
            )

        return TypedClient(self._contract, call, self._timeout_s)


def rpc_client(service: str, contract: type[Contract], *, timeout_s: float = 5) -> Contract:
    """Declare, as a class attribute, that a service calls `service` through `contract`.

    Calls made while a worker serves a request never outlive that request's own deadline.
    """
    return cast(Contract, _RpcClient(service, contract, timeout_s))
