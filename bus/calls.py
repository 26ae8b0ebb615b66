"""The calling side of RPC, shared by services (green threads) and the gateway (real threads)."""

import time
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import Any
from uuid import uuid4

from bus.amqp import RPC_EXCHANGE, Sender, Unroutable
from contracts.errors import ContractError, DeadlineExceeded, ServiceUnavailable

DEADLINE_HEADER = "nameko.deadline"  # seconds since the epoch; nameko hands it on as context data


class Calls:
    """Sends requests and pairs replies with them by correlation id."""

    def __init__(self, sender: Sender, reply_to: str) -> None:
        self._sender = sender
        self._reply_to = reply_to
        self._waiting: dict[str, Future[dict[str, Any]]] = {}

    def call(
        self,
        service: str,
        method: str,
        arguments: dict[str, Any],
        *,
        expires_at: float,
        headers: dict[str, Any],
    ) -> Any:
        """Wait for the reply until `expires_at`; the broker drops the request then, too.

        Raises the ContractError of the service, DeadlineExceeded or ServiceUnavailable.
        """
        remaining_s = expires_at - time.time()
        if remaining_s <= 0:
            raise DeadlineExceeded(f"{service}.{method} not sent")
        correlation_id = uuid4().hex
        reply = self._waiting[correlation_id] = Future()

        def posted(confirmed: "Future[None]") -> None:
            if not confirmed.cancelled() and (error := confirmed.exception()):
                with suppress(InvalidStateError):
                    reply.set_exception(error)

        confirmed = self._sender.post(
            {"args": [], "kwargs": arguments},
            RPC_EXCHANGE,
            f"{service}.{method}",
            expires_at=expires_at,
            persistent=False,  # it may hold secrets, and is worth nothing after its deadline
            expiration=max(remaining_s, 0.001),  # kombu wants seconds
            mandatory=True,
            reply_to=self._reply_to,
            correlation_id=correlation_id,
            headers={**headers, DEADLINE_HEADER: expires_at},
        )
        confirmed.add_done_callback(posted)
        try:
            body = reply.result(remaining_s)
        except TimeoutError:
            raise DeadlineExceeded(f"{service}.{method}") from None
        except Unroutable:
            raise ServiceUnavailable(service) from None
        finally:
            del self._waiting[correlation_id]
            confirmed.cancel()
        if body["error"]:
            raise ContractError.load(body["error"])
        return body["result"]

    def take_reply(self, correlation_id: str, body: dict[str, Any]) -> None:
        """A reply that comes after its deadline is dropped."""
        if reply := self._waiting.get(correlation_id):
            with suppress(InvalidStateError):
                reply.set_result(body)
