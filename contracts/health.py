"""How each part of the stack is."""

from enum import StrEnum

from contracts.base import Model


class HealthState(StrEnum):
    """A part works or it does not."""

    UP = "up"
    DOWN = "down"


class PartHealth(Model):
    """One part: a service, an engine, a store, the broker."""

    part: str
    state: HealthState
    detail: str = ""


class Health(Model):
    """The whole stack: up if every part is."""

    state: HealthState
    version: str
    parts: list[PartHealth]
