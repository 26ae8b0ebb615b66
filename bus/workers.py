"""Small additions to nameko's containers: run one worker to its end, one sender per container."""

from collections.abc import Callable
from typing import Any

from eventlet.event import Event as Outcome
from nameko import config
from nameko.extensions import Entrypoint, SharedExtension
from nameko.messaging import encode_to_headers

from bus.amqp import Sender


def run_worker(
    entrypoint: Entrypoint, kwargs: dict[str, Any], context_data: dict[str, Any] | None = None
) -> Any:
    """Run the entrypoint's method in a worker; return its result or raise its error."""
    outcome = Outcome()

    def handle_result(_worker_ctx: Any, result: Any, exc_info: Any) -> Any:
        outcome.send((result, exc_info))
        return result, exc_info

    entrypoint.container.spawn_worker(
        entrypoint, (), kwargs, context_data=context_data, handle_result=handle_result
    )
    result, exc_info = outcome.wait()
    if exc_info is not None:
        raise exc_info[1]
    return result


def trace_headers(worker_ctx: Any) -> dict[str, Any]:
    """Headers that tie a message to the worker that sends it. The deadline is not inherited."""
    context = {name: value for name, value in worker_ctx.context_data.items() if name != "deadline"}
    headers: dict[str, Any] = encode_to_headers(context)
    return headers


class _SenderExtension(SharedExtension):
    def setup(self) -> None:
        self.sender = Sender(config["AMQP_URI"])
        self.post: Callable[..., Any] = self.sender.post

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self.sender.run, type(self).__name__)

    def stop(self) -> None:
        self.sender.stop()
        self._thread.wait()


class RpcSender(_SenderExtension):
    """Requests and replies of one container."""


class EventSender(_SenderExtension):
    """Events of one container, in the order in which they were published."""
