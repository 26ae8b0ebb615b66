"""Objects of the library that have ended, and must not live on."""

import gc
import weakref
from collections.abc import Iterable
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Endings:
    """Calls and accounts are numbers to the library, and a number is soon given to another one.

    When such an object is destroyed, the library hangs up or removes whoever has its number then.
    So it is destroyed at once, or never.
    """

    def __init__(self) -> None:
        self._ended: list[Any] = []

    def add(self, ended: Any) -> None:
        """It has ended; its callbacks may still be running."""
        self._ended.append(ended)

    def settle(self) -> None:
        """Let go of what has ended, outside of its callbacks."""
        if not self._ended:
            return
        references = [weakref.ref(each) for each in self._ended]
        self._ended.clear()
        if any(_living(references)):
            gc.collect()  # they know one another
        living = _living(references)
        for each in living:
            holders = [type(one).__name__ for one in gc.get_referrers(each) if one is not living]
            log.warning("ended, but still held", kind=type(each).__name__, by=holders)
            each.this.disown()


def _living(references: Iterable["weakref.ref[Any]"]) -> list[Any]:
    return [each for reference in references if (each := reference()) is not None]
