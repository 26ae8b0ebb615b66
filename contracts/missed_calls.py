"""Missed calls of which nobody has taken notice yet."""

from typing import Literal

from pydantic import Field

from contracts.base import Command, Event, Model


class MissedCalls(Model):
    """Of the whole journal; the same on every screen."""

    revision: int = 0
    calls: int = Field(default=0, ge=0, description="missed since the journal was looked at")


class SeeMissedCalls(Command):
    """Somebody has looked at the journal; what is missed later is not seen yet."""

    entry_id: str = Field(max_length=64, description="the newest entry that was there")


class MissedCallsChanged(Event):
    """A call was missed, or the journal was looked at."""

    type: Literal["journal.missed_calls.changed"] = "journal.missed_calls.changed"
    missed_calls: MissedCalls


class MissedCallsRpc:
    """What the journal service tells of missed calls."""

    def get_missed_calls(self) -> MissedCalls:
        raise NotImplementedError

    def see_missed_calls(self, request: SeeMissedCalls) -> MissedCalls:
        """On all screens. Raises NotFound."""
        raise NotImplementedError
