"""Conferences: several calls of this stack whose parties hear each other (RFC 4579)."""

from pydantic import Field

from contracts.base import Command, Model
from contracts.sip import Call

MAX_PARTIES = 8


class Conference(Model):
    """Calls that are one conversation. Holding, resuming and muting one does so with all."""

    conference_id: str
    calls: list[Call]


class StartConference(Command):
    """Let these calls hear each other, and those that they are in a conference with."""

    call_ids: list[str] = Field(min_length=2, max_length=MAX_PARTIES)


class ConferenceRpc:
    """What the sip service offers for conferences. Everything raises EngineDown."""

    def start_conference(self, request: StartConference) -> Conference:
        """All are resumed, other calls held. Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def drop_participant(self, conference_id: str, call_id: str) -> Call:
        """End one call; the others go on, the last one as an ordinary call. Raises CallNotFound.

        No command with a request id: an ended call is returned as it is.
        """
        raise NotImplementedError

    def end_conference(self, conference_id: str) -> None:
        """End all its calls; one that is over has none."""
        raise NotImplementedError
