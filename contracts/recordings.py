"""Recordings of calls: who has made them, where they are listed, how long they are kept."""

from pydantic import AwareDatetime, Field

from contracts.base import Command, Model

DEFAULT_RECORDING_DAYS, MAX_RECORDING_DAYS = 90, 3650
RECORDING_ID = r"^[0-9a-f]{32}$"


class Recording(Model):
    """What was said in a call, or in a conference: then all its calls have the same recording."""

    recording_id: str = Field(pattern=RECORDING_ID)
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = Field(default=None, description="null while it is being made")


class StartRecording(Command):
    """Record a call from now on. A tone tells all parties, at once and again and again."""

    needs_room = True

    call_id: str


class DeleteRecording(Command):
    """Delete a recording from the disk, and from all entries that list it."""

    recording_id: str


class KeepRecordings(Command):
    """Delete recordings that are older than this."""

    days: int = Field(ge=0, le=MAX_RECORDING_DAYS, description="0: none is too old")


class RecordingsRpc:
    """What the journal service offers for recordings."""

    def get_recording(self, recording_id: str) -> Recording:
        """Raises NotFound."""
        raise NotImplementedError

    def delete_recording(self, request: DeleteRecording) -> None:
        """Raises NotFound, WrongCallState while one of its calls runs."""
        raise NotImplementedError

    def keep_recordings(self, request: KeepRecordings) -> None:
        """From now on; until it has been called for DEFAULT_RECORDING_DAYS."""
        raise NotImplementedError
