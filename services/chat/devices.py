"""From what somebody's devices say of themselves to one presence."""

from collections.abc import Iterable
from dataclasses import dataclass

from contracts.presence import Presence


@dataclass(frozen=True)
class Device:
    """A resource that is online (RFC 6121 section 4)."""

    presence: Presence
    priority: int
    order: int
    """What was told later has a greater one."""


def presence_of(devices: Iterable[Device]) -> Presence:
    """That of the highest priority; of several, what was told last."""
    counting = max(devices, key=lambda each: (each.priority, each.order), default=None)
    return counting.presence if counting else Presence()
