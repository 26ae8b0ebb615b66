"""The person's settings."""

from bus.room import require_room
from contracts.errors import InvalidRequest
from contracts.gateway import Settings, SettingsPatch
from contracts.recordings import KeepRecordings
from gateway.api import Api
from gateway.parts import parts

api = Api("settings")


@api.operation("GET", "/api/v1/settings")
def get_settings() -> Settings:
    """The settings, the same on every screen."""
    return parts().preferences.get()


@api.operation("PATCH", "/api/v1/settings", errors=(InvalidRequest,))
def change_settings(body: SettingsPatch) -> Settings:
    """Change some of the settings."""
    require_room(parts().settings)
    if body.recording_days is not None:  # the journal deletes them, and must have heard of it
        parts().journal.keep_recordings(KeepRecordings(days=body.recording_days))
    changed = parts().preferences.change(body)
    parts().absence.settings_changed()
    return changed
