"""How we are, as others see it; told by every engine and after every start."""

from collections.abc import Callable
from contextlib import suppress

from bus.rpc import rpc
from contracts.base import Command
from contracts.errors import EngineDown, InvalidRequest
from contracts.presence import (
    LONGEST_STATUS,
    BeginAbsence,
    ChangePresence,
    OwnPresence,
    PresenceRpc,
    Show,
)
from services.chat.account import AccountPart
from services.chat.own_presence import absent, chosen, returned
from services.chat.plain_text import one_line


class PresencePart(AccountPart, PresenceRpc):
    """The part of ChatService that is about our own presence."""

    @rpc
    def get_presence(self) -> OwnPresence:
        return self.store.get_presence()

    @rpc
    def change_presence(self, request: ChangePresence) -> OwnPresence:
        if request.show is Show.OFFLINE:
            raise InvalidRequest("whoever is signed in is not offline", field="show")
        status = one_line(request.status, LONGEST_STATUS)
        return self._tell(lambda known: chosen(known, request.show, status))

    @rpc
    def begin_absence(self, request: BeginAbsence) -> OwnPresence:
        status = one_line(request.status, LONGEST_STATUS)
        return self._tell(lambda known: absent(known, status))

    @rpc
    def end_absence(self, request: Command) -> OwnPresence:
        return self._tell(returned)

    def _tell(self, change: Callable[[OwnPresence], OwnPresence]) -> OwnPresence:
        self.require_account()
        presence = self.store.change_presence(change)
        with suppress(EngineDown):  # the next one is told with the account
            self.engine.put_presence(presence)
        return presence
