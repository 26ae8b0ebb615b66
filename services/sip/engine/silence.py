"""A call from which no packet comes any more: perhaps the way back leads elsewhere now."""

from collections.abc import Iterable
from time import monotonic

from services.sip.engine.legs import Leg

LOOK_PERIOD_S = 1.0
SILENT_LOOKS = 3
SUSPECT_PERIOD_S = 20.0
"""A caller may as well be silent on purpose (RFC 3389): no reason to ask again all the time."""


class Silence:
    """Counts packets now and then."""

    def __init__(self) -> None:
        self._look_due_at = 0.0
        self._suspect_due_at = 0.0
        self._packets: dict[str, int] = {}
        self._silent_looks = 0

    def is_suspect(self, legs: Iterable[Leg]) -> bool:
        """Whether nothing came for about three seconds; true at most every twenty."""
        now = monotonic()
        if now < self._look_due_at:
            return False
        self._look_due_at = now + LOOK_PERIOD_S
        before, self._packets = self._packets, _packets(legs)
        stalled = [
            call_id for call_id in self._packets if before.get(call_id) == self._packets[call_id]
        ]
        self._silent_looks = self._silent_looks + 1 if stalled else 0
        if self._silent_looks < SILENT_LOOKS or now < self._suspect_due_at:
            return False
        self._suspect_due_at = now + SUSPECT_PERIOD_S
        return True


def _packets(legs: Iterable[Leg]) -> dict[str, int]:
    counts = {leg.call.call_id: leg.received_packets() for leg in legs}
    return {call_id: count for call_id, count in counts.items() if count is not None}
