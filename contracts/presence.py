"""Presence of others and one's own (RFC 6121 section 4)."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from contracts.base import Command, Event, Model

LONGEST_STATUS = 256
StatusText = Annotated[str, StringConstraints(max_length=LONGEST_STATUS)]
"""One line that goes with a presence."""


class Show(StrEnum):
    """RFC 6121 section 4.7.2.1, and the two that have no element there."""

    AVAILABLE = "available"
    CHAT = "chat"
    AWAY = "away"
    XA = "xa"
    DND = "dnd"
    OFFLINE = "offline"


class Presence(Model):
    """Of the resource that counts: the one with the highest priority, then the newest."""

    show: Show = Show.OFFLINE
    status: StatusText = ""


class ChosenPresence(Model):
    """What the person wants others to be told."""

    show: Show = Show.AVAILABLE
    status: StatusText = ""


class OwnPresence(Model):
    """What is told to others; while there is no connection, what will be."""

    revision: int = 0
    show: Show = Show.AVAILABLE
    status: StatusText = ""
    instead_of: ChosenPresence | None = Field(
        default=None, description="what the person chose, while they are away by themselves"
    )


class ChangePresence(Command):
    """Tell others this from now on, also after a restart. OFFLINE is not for telling."""

    show: Show
    status: StatusText = ""


class BeginAbsence(Command):
    """Nobody uses any screen of the person's any more."""

    status: StatusText = ""


class OwnPresenceChanged(Event):
    """Our presence changed."""

    type: Literal["chat.own_presence.changed"] = "chat.own_presence.changed"
    presence: OwnPresence


class PresenceRpc:
    """The part of ChatRpc that is about our own presence."""

    def get_presence(self) -> OwnPresence:
        raise NotImplementedError

    def change_presence(self, request: ChangePresence) -> OwnPresence:
        """Raises InvalidRequest for OFFLINE."""
        raise NotImplementedError

    def begin_absence(self, request: BeginAbsence) -> OwnPresence:
        """AWAY until `end_absence`, unless the person chose something else than being there."""
        raise NotImplementedError

    def end_absence(self, request: Command) -> OwnPresence:
        """As the person chose before; without effect if they are not away by themselves."""
        raise NotImplementedError
