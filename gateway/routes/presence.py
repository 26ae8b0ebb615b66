"""Our presence, and the roster with that of others."""

from contracts.errors import InvalidRequest, SignedOut
from contracts.gateway import PresenceDraft, RosterList
from contracts.presence import ChangePresence, OwnPresence
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("presence")


@api.operation("GET", "/api/v1/presence")
def get_presence() -> OwnPresence:
    """What others are told of us."""
    return parts().chat.get_presence()


@api.operation("PUT", "/api/v1/presence", errors=(InvalidRequest, SignedOut))
def change_presence(body: PresenceDraft) -> OwnPresence:
    """Tell others this from now on, also after a restart of the stack."""
    return parts().chat.change_presence(
        ChangePresence(show=body.show, status=body.status, **request_id())
    )


@api.operation("GET", "/api/v1/roster")
def list_roster() -> RosterList:
    """The contacts that the chat server keeps, each with its presence, in no order."""
    event_id = parts().event_log.last_id()
    return RosterList(items=parts().chat.list_roster(), event_id=event_id)
