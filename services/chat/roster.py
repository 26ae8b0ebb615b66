"""The contacts that the chat server keeps, and how they are."""

from bus.engine import on_engine
from bus.rpc import rpc
from contracts.chat_connection import ChatState
from contracts.roster import RosterItem, RosterRpc
from services.chat.account import AccountPart
from services.chat.engine.commands import ChatSnapshot
from services.chat.engine.roster_update import RosterUpdate


class RosterPart(AccountPart, RosterRpc):
    """The part of ChatService that is about the roster. Signing out empties it."""

    @rpc
    def list_roster(self) -> list[RosterItem]:
        return self.store.list_roster()

    @on_engine(ChatSnapshot)
    def roster_told(self, update: ChatSnapshot) -> None:
        if update.roster is not None and self._has_account():
            self.store.replace_roster(update.roster.items)

    @on_engine(RosterUpdate)
    def roster_updated(self, update: RosterUpdate) -> None:
        if self._has_account():
            self.store.put_roster(update.items, update.deleted)

    def _has_account(self) -> bool:
        return self.store.get_connection().state is not ChatState.ABSENT
