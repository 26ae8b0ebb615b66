"""Our presence, and the roster with that of others."""

from contracts.errors import InvalidRequest, SignedOut
from contracts.gateway import Activity, PresenceDraft, RosterList
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


@api.operation("POST", "/api/v1/activity", status=204, errors=(InvalidRequest,))
def note_activity(body: Activity) -> None:
    """Say so while somebody uses this screen: who uses none for `away_after_s` is told as away."""
    parts().absence.note_screen(body.screen, is_locked=body.is_locked)


@api.operation("GET", "/api/v1/roster")
def list_roster() -> RosterList:
    """The contacts that the chat server keeps, each with its presence, in no order."""
    event_id = parts().event_log.last_id()
    return RosterList(items=parts().chat.list_roster(), event_id=event_id)
