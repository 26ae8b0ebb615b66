"""The roster: the contacts that the XMPP server keeps, with their presence (RFC 6121 section 2)."""

from enum import StrEnum
from typing import Literal

from contracts.base import Event, Model
from contracts.identity import BareJid
from contracts.presence import Presence


class Subscription(StrEnum):
    """Who sees whose presence, RFC 6121 section 2.1.2.5."""

    NONE = "none"
    TO = "to"
    FROM = "from"
    BOTH = "both"


class RosterItem(Model):
    """One contact, whole; `revision` grows with each change of any item."""

    jid: BareJid
    revision: int
    name: str
    """As the server has it; empty: it has none."""
    groups: tuple[str, ...] = ()
    subscription: Subscription
    presence: Presence = Presence()


class RosterItemChanged(Event):
    """A contact or its presence changed."""

    type: Literal["chat.roster_item.changed"] = "chat.roster_item.changed"
    item: RosterItem


class RosterItemDeleted(Event):
    """A contact is no longer in the roster. If it comes back, its revision is a later one."""

    type: Literal["chat.roster_item.deleted"] = "chat.roster_item.deleted"
    jid: BareJid
    revision: int


class RosterRpc:
    """The part of ChatRpc that is about the roster."""

    def list_roster(self) -> list[RosterItem]:
        """All items, in no order; without a connection as last known, all offline."""
        raise NotImplementedError
