"""The roster: the contacts that the XMPP server keeps, with their presence (RFC 6121 section 2)."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from contracts.base import Event, Model
from contracts.identity import BareJid
from contracts.presence import Presence

LARGEST_ROSTER = 10_000
MOST_GROUPS = 32
LONGEST_NAME = 256
MOST_CHANGES = 250
"""In one event."""


class Subscription(StrEnum):
    """Who sees whose presence, RFC 6121 section 2.1.2.5."""

    NONE = "none"
    TO = "to"
    FROM = "from"
    BOTH = "both"


class RosterItem(Model):
    """One contact, whole; what changes later has a greater `revision`, whichever item it is."""

    jid: BareJid
    revision: int
    name: str = Field(max_length=LONGEST_NAME)
    """As the server has it; empty: it has none."""
    groups: tuple[str, ...] = Field(default=(), max_length=MOST_GROUPS)
    subscription: Subscription
    presence: Presence = Presence()
    """As last told; it holds while we are connected."""


class RosterChanged(Event):
    """Contacts or their presence changed. Many at once are told in few events."""

    type: Literal["chat.roster.changed"] = "chat.roster.changed"
    revision: int
    items: tuple[RosterItem, ...] = ()
    deleted: tuple[BareJid, ...] = ()
    """In the roster no longer. What comes back has a greater revision than this."""


class RosterRpc:
    """The part of ChatRpc that is about the roster."""

    def list_roster(self) -> list[RosterItem]:
        """All items, in no order."""
        raise NotImplementedError
