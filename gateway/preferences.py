"""The person's settings."""

from redis import Redis

from contracts.gateway import Settings, SettingsChanged, SettingsPatch
from gateway.event_log import EventLog


class Preferences:
    """Owns "gateway:settings"."""

    def __init__(self, redis: "Redis[str]", event_log: EventLog) -> None:
        self._redis = redis
        self._event_log = event_log

    def get(self) -> Settings:
        text = self._redis.get("gateway:settings")
        return Settings.model_validate_json(text) if text else Settings()

    def check(self) -> None:
        """Raises RedisError unless settings could be stored now. Writes nothing."""
        self._redis.setrange("gateway:settings-check", 0, "")

    def change(self, patch: SettingsPatch) -> Settings:
        known = self.get()
        differing = {name: value for name, value in patch if value is not None}
        changed = known.model_copy(update={**differing, "revision": known.revision + 1})
        self._redis.set("gateway:settings", changed.model_dump_json())
        self._event_log.append(SettingsChanged(settings=changed))
        return changed
