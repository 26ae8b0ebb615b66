"""Commands run once: a repeated `request_id` gets the outcome of its first run, kept in Redis."""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import eventlet
import structlog
from nameko import config
from nameko.extensions import SharedExtension
from redis import RedisError

from bus.store import connect
from contracts.errors import InvalidRequest, OutcomeUnknown

log = structlog.get_logger(__name__)

KEEP_S = 24 * 3600
REPLY_MARGIN_S = 0.2  # so that OutcomeUnknown reaches the caller before its deadline
Outcome = dict[str, Any]


class RequestLog(SharedExtension):
    """Owns the keys "<service>:request:{request_id}"."""

    def setup(self) -> None:
        self._redis = connect(config["REDIS_URI"])

    def once(
        self, command: str, request_id: str, run: Callable[[], Outcome], expires_at: float
    ) -> Outcome:
        """The outcome of the first run: ours, or another's for which we wait until `expires_at`.

        `command` is what was asked for; another one with the same id raises InvalidRequest. If
        Redis is away the command is refused (RedisError); if it goes away while the command runs,
        a repetition ends as OutcomeUnknown. In neither case does the command run twice.
        """
        key = f"{self.container.service_name}:request:{request_id}"
        asked = hashlib.sha256(command.encode()).hexdigest()
        if self._redis.set(key, _entry(asked, None), nx=True, ex=KEEP_S):
            outcome = run()
            try:
                self._redis.set(key, _entry(asked, outcome), ex=KEEP_S)
            except RedisError as error:
                log.error("outcome not kept", request_id=request_id, error=type(error).__name__)
            return outcome
        while True:
            kept = json.loads(self._redis.get(key) or "{}")
            if kept.get("asked") != asked:
                raise InvalidRequest("this request id was used for another command")
            if kept["outcome"] is not None:
                first: Outcome = kept["outcome"]
                return first
            if time.time() > expires_at - REPLY_MARGIN_S:
                raise OutcomeUnknown(request_id)
            eventlet.sleep(0.02)


def _entry(asked: str, outcome: Outcome | None) -> str:
    """What is kept; no outcome while the command runs, or if its process died."""
    return json.dumps({"asked": asked, "outcome": outcome})
