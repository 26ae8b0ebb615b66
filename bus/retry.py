"""Handlers that are tried again: what was delivered is not lost because something else is away."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from redis import RedisError

from contracts.errors import (
    DeadlineExceeded,
    EngineDown,
    ServiceUnavailable,
    StorageFull,
    StoreUnavailable,
)

log = structlog.get_logger(__name__)

PAUSE_S = (0.2, 5.0)  # first and longest
UNEXPECTED_TRIES = 3
AWAY = (ServiceUnavailable, StoreUnavailable, StorageFull, EngineDown, DeadlineExceeded)


def until_done(what: str, run: Callable[[], Any], is_wanted: Callable[[], bool]) -> bool:
    """Run until it succeeds; false if it is no longer wanted or can never succeed.

    Redis or another service being away, or full, is waited for without limit. An error that nobody
    expects is most likely in the message itself: it is given up after three tries, and said in the
    log.
    """
    pause_s, longest_pause_s = PAUSE_S
    unexpected = 0
    while is_wanted():
        try:
            run()
        except (RedisError, *AWAY) as error:
            if pause_s == PAUSE_S[0]:
                log.warning("handler waits", handler=what, error=type(error).__name__)
        except Exception as error:
            unexpected += 1
            if unexpected == UNEXPECTED_TRIES:
                log.exception("handler gave up", handler=what, error=type(error).__name__)
                return False
        else:
            return True
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, longest_pause_s)
    return False
