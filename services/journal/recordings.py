"""Recordings in the journal: who asks for one, and when they are deleted."""

from datetime import UTC, datetime, timedelta

import structlog

from bus.outbox import store
from bus.rpc import rpc
from bus.timer import every
from contracts.errors import NotFound, WrongCallState
from contracts.journal import JournalResult
from contracts.recordings import DeleteRecording, KeepRecordings, Recording, RecordingsRpc
from services.journal.providers import recording_files
from services.journal.store import JournalStore

log = structlog.get_logger(__name__)

CHECK_PERIOD_S = 3600


class RecordingPart(RecordingsRpc):
    """The part of JournalService that is about recordings."""

    store = store(JournalStore)
    recording_files = recording_files()

    @rpc
    def get_recording(self, recording_id: str) -> Recording:
        for entry in self.store.entries_with(recording_id):
            for recording in entry.recordings:
                if recording.recording_id == recording_id:
                    return recording
        raise NotFound(recording_id)

    @rpc
    def delete_recording(self, request: DeleteRecording) -> None:
        entries = self.store.entries_with(request.recording_id)
        if not entries:
            raise NotFound(request.recording_id)
        if any(entry.result is JournalResult.RUNNING for entry in entries):
            raise WrongCallState("a call of this recording is running")
        self._delete(request.recording_id)

    @rpc
    def keep_recordings(self, request: KeepRecordings) -> None:
        self.store.put_recording_days(request.days)
        self._delete_old()

    @every(CHECK_PERIOD_S)
    def delete_old_recordings(self) -> None:
        """Whatever has been kept as long as the person wants."""
        self._delete_old()

    def _delete_old(self) -> None:
        days = self.store.get_recording_days()
        if days == 0:
            return
        old = self.store.recordings_before(datetime.now(UTC) - timedelta(days=days))
        for recording_id in old:
            self._delete(recording_id)
        if old:
            log.info("old recordings deleted", count=len(old), days=days)

    def _delete(self, recording_id: str) -> None:
        """The file first: an entry without its file would offer what is not there any more."""
        self.recording_files.delete(recording_id)
        self.store.forget_recording(recording_id)
