"""Settings of the chat service and its engine."""

from pathlib import Path
from typing import Any

from bus.settings import Settings


class ChatSettings(Settings):
    """Of the service: the engine's socket."""

    chat_engine_socket: Path = Path("/run/handset/chat-engine.sock")

    def nameko_config(self) -> dict[str, Any]:
        return {**super().nameko_config(), "ENGINE_SOCKET": str(self.chat_engine_socket)}


class ChatEngineSettings(ChatSettings):
    """Of the engine: which name server to ask."""

    chat_dns_server: str | None = None
    """"host:port" of a name server to ask instead of the system's."""
