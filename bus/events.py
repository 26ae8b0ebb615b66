"""Typed events: one model per event, published whole, validated on arrival, handled in order."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

import eventlet
import nameko.events
import structlog
from eventlet.queue import Queue as GreenQueue
from kombu import Message
from nameko.messaging import decode_from_headers
from pydantic import ValidationError

from bus import retry
from bus.amqp import Consumer, RecentMessages, is_live
from bus.workers import run_worker
from contracts.base import Event

log = structlog.get_logger(__name__)
Handler = TypeVar("Handler", bound=Callable[..., Any])


class _EventHandler(nameko.events.EventHandler):
    """Prefetches from a queue of its own; one thread empties it, so that order is kept."""

    consumer_cls = Consumer

    def __init__(self, event: type[Event], **kwargs: Any) -> None:
        self._event = event
        event_type: str = event.model_fields["type"].default
        super().__init__(event_type.partition(".")[0], event_type, **kwargs)

    def setup(self) -> None:
        super().setup()
        self._inbox: GreenQueue = GreenQueue()
        self._recent = RecentMessages()
        self._is_running = False
        self._stopping = False

    def start(self) -> None:
        self.container.spawn_managed_thread(self._work, f"{self.event_type} handler")
        super().start()

    def stop(self) -> None:
        """Let the running handler end; the broker keeps the other events."""
        self._stopping = True
        while self._is_running:
            eventlet.sleep(0.01)
        super().stop()

    def handle_message(self, body: Any, message: Message) -> None:
        self._inbox.put((body, message))

    def _work(self) -> None:
        while True:
            body, message = self._inbox.get()
            if self._stopping or not is_live(message):
                continue  # not acknowledged, so delivered again
            self._is_running = True
            try:
                if self._handle_once(body, message):
                    self.consumer.ack_message(message)
            finally:
                self._is_running = False

    def _arguments(self, event: Event) -> dict[str, Any]:
        return {"event": event}

    def _handle_once(self, body: Any, message: Message) -> bool:
        """Whether the message is done with."""
        if self._recent.has(message):
            return True
        try:
            event = self._event.model_validate(body)
        except ValidationError as error:
            problems = error.errors(include_input=False)
            log.error("dropped malformed event", type=self.event_type, problems=problems)
            return True
        context = decode_from_headers(message.headers)
        run = partial(run_worker, self, self._arguments(event), context)
        retry.until_done(self.event_type, run, lambda: not self._stopping)
        if self._stopping:
            return False
        self._recent.add(message)
        return True


def on_event(event: type[Event]) -> Callable[[Handler], Handler]:
    """Run the decorated `method(self, event)` for each `event`, once per service, not per instance.

    Events are handled strictly in the order of publication, and again while something that the
    handler needs is away.
    """
    return cast(Callable[[Handler], Handler], _EventHandler.decorator(event))


class _ChangeHandler(_EventHandler):
    """An event is only a hint; what it says is read from its owner, so that nothing is missed."""

    def _work(self) -> None:
        retry.until_done(self.event_type, partial(run_worker, self, {}), lambda: not self._stopping)
        super()._work()

    def _arguments(self, _event: Event) -> dict[str, Any]:
        return {}


def on_change(event: type[Event]) -> Callable[[Handler], Handler]:
    """Run the decorated `method(self)` at the start and after each `event`, one after another.

    For services that must be complete: they ask the owner for its changes after the position that
    they keep, so neither an event lost by the broker nor a time when they were away leaves a gap.
    """
    return cast(Callable[[Handler], Handler], _ChangeHandler.decorator(event))
