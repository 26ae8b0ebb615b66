"""Settings of the chat service and its engine."""

from pathlib import Path
from typing import Any

from bus.settings import Settings


class ChatSettings(Settings):
    """Where the engine listens for its service."""

    chat_engine_socket: Path = Path("/run/handset/chat-engine.sock")

    def nameko_config(self) -> dict[str, Any]:
        return {**super().nameko_config(), "ENGINE_SOCKET": str(self.chat_engine_socket)}
