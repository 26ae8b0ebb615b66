"""What the journal service is given: the files of recordings."""

from typing import Any, cast

from nameko import config
from nameko.extensions import DependencyProvider

from bus.settings import Settings


class RecordingFiles:
    """The sip engine writes them, the gateway reads them; here they end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def delete(self, recording_id: str) -> None:
        """One that is gone already is no error."""
        self._settings.recording_file(recording_id).unlink(missing_ok=True)


class _RecordingFilesProvider(DependencyProvider):
    def get_dependency(self, _worker_ctx: Any) -> RecordingFiles:
        return RecordingFiles(config["SETTINGS"])


def recording_files() -> RecordingFiles:
    """Inject the files."""
    return cast(RecordingFiles, _RecordingFilesProvider())
