"""How we are, as others see it; told by every engine and after every start."""

from contextlib import suppress

from bus.rpc import rpc
from contracts.errors import EngineDown, InvalidRequest
from contracts.presence import LONGEST_STATUS, ChangePresence, OwnPresence, PresenceRpc, Show
from services.chat.account import AccountPart
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
        self.require_account()
        presence = self.store.put_presence(request.show, one_line(request.status, LONGEST_STATUS))
        with suppress(EngineDown):  # the next one is told with the account
            self.engine.put_presence(presence)
        return presence
