"""Conferences of calls."""

from pydantic import Field

from contracts.base import Model
from contracts.conferences import MAX_PARTIES, Conference, StartConference
from contracts.errors import CallNotFound, EngineDown, WrongCallState
from contracts.sip import Call
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("conferences")


class ConferenceCalls(Model):
    """Which calls are to hear each other."""

    call_ids: list[str] = Field(min_length=2, max_length=MAX_PARTIES)


@api.operation(
    "POST", "/api/v1/conferences", status=201, errors=(CallNotFound, WrongCallState, EngineDown)
)
def start_conference(body: ConferenceCalls) -> Conference:
    """Let answered calls, and all that they are in a conference with, hear each other.

    They are resumed, other calls are held. Holding, resuming or muting one of them does so with
    all. A call tells its `conference_id`; the last one that is left loses it.
    """
    return parts().conferences.start_conference(
        StartConference(call_ids=body.call_ids, **request_id())
    )


@api.operation(
    "DELETE",
    "/api/v1/conferences/<conference_id>/participants/<call_id>",
    errors=(CallNotFound, EngineDown),
)
def drop_participant(conference_id: str, call_id: str) -> Call:
    """End one call of a conference; the others go on."""
    return parts().conferences.drop_participant(conference_id, call_id)


@api.operation("DELETE", "/api/v1/conferences/<conference_id>", status=204, errors=(EngineDown,))
def end_conference(conference_id: str) -> None:
    """End all calls of a conference."""
    parts().conferences.end_conference(conference_id)
