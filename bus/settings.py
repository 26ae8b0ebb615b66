"""Settings of one process: read once, from variables named HANDSET_*; secrets are files."""

from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What every process of a stack needs to know. Subclasses add what theirs needs."""

    model_config = SettingsConfigDict(env_prefix="HANDSET_", frozen=True, extra="ignore")

    stack: str = "handset"
    rabbitmq_host: str = "127.0.0.1"
    rabbitmq_port: int = 5672
    rabbitmq_user: str = "handset"
    rabbitmq_vhost: str = "/"
    redis_host: str = "127.0.0.1"
    redis_port: int = 6379
    secrets_directory: Path = Path("/run/secrets")
    data_directory: Path = Path("/")
    """On the disk that Redis writes to."""
    dns_server: str | None = None
    """"host:port" of a name server to ask instead of the system's."""
    least_free_mb: int = 500
    """With less of that disk free, nothing new is begun."""
    recordings_directory: Path = Path("/var/lib/handset/recordings")
    """Where the sip engine puts recordings of calls, and the journal deletes them."""
    avatars_directory: Path = Path("/var/lib/handset/avatars")
    """Where the chat service puts pictures of people."""
    log_level: str = "info"

    def recording_file(self, recording_id: str) -> Path:
        """Of an id that we have made ourselves: 32 hexadecimal digits."""
        return self.recordings_directory / f"{recording_id}.wav"

    def secret(self, name: str) -> str:
        """The content of one secret file. Raises OSError with the file's name."""
        return (self.secrets_directory / name).read_text().strip()

    @cached_property
    def amqp_uri(self) -> str:
        """With the password: never log it."""
        password = quote(self.secret("rabbitmq-password"), safe="")
        vhost = quote(self.rabbitmq_vhost, safe="")
        return (
            f"pyamqp://{self.rabbitmq_user}:{password}"
            f"@{self.rabbitmq_host}:{self.rabbitmq_port}/{vhost}"
        )

    @cached_property
    def redis_uri(self) -> str:
        """With the password: never log it."""
        password = quote(self.secret("redis-password"), safe="")
        return f"redis://:{password}@{self.redis_host}:{self.redis_port}/0"

    def nameko_config(self) -> dict[str, Any]:
        """What the bus reads from nameko's configuration."""
        return {"AMQP_URI": self.amqp_uri, "REDIS_URI": self.redis_uri, "SETTINGS": self}
