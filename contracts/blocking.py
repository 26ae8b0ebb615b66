"""Whom the chat server keeps away from us (XEP-0191)."""

from typing import Literal

from pydantic import Field

from contracts.base import Command, Event, Model
from contracts.identity import BareJid

MOST_BLOCKED = 5000


class BlockList(Model):
    """Who is blocked, as the server keeps it for all devices."""

    revision: int = 0
    is_offered: bool = Field(default=False, description="whether the server blocks anybody")
    jids: tuple[BareJid, ...] = ()


class BlockCommand(Command):
    """Whom it is about."""

    jid: BareJid


class BlockListChanged(Event):
    """Somebody was blocked, or is no longer; from here or from another device."""

    type: Literal["chat.block_list.changed"] = "chat.block_list.changed"
    block_list: BlockList


class BlockingRpc:
    """The part of ChatRpc that is about blocking."""

    def get_block_list(self) -> BlockList:
        raise NotImplementedError

    def block(self, request: BlockCommand) -> None:
        """Nothing of theirs reaches us, and they see us offline.

        Raises ChatDisconnected, ChatRefused.
        """
        raise NotImplementedError

    def unblock(self, request: BlockCommand) -> None:
        """Raises ChatDisconnected, ChatRefused."""
        raise NotImplementedError
