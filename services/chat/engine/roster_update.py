"""What the engine says of the roster."""

from contracts.base import Model
from contracts.identity import BareJid
from contracts.roster import RosterItem


class RosterUpdate(Model):
    """Items that are new or changed, each whole but for its revision, and those that are gone."""

    items: tuple[RosterItem, ...] = ()
    deleted: tuple[BareJid, ...] = ()
