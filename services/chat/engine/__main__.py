"""`python -m services.chat.engine`: the chat client, until SIGTERM."""

import os

from bus.engine_server import EngineServer
from bus.logging import configure
from services.chat.engine.agent import ChatAgent
from services.chat.engine.commands import ChatEngine
from services.chat.settings import ChatSettings

POLL_MS = 5000
"""Packets, commands and timers end a poll at once."""

settings = ChatSettings()
configure("chat-engine", settings.log_level)
agent = ChatAgent(settings)
server = EngineServer(settings.chat_engine_socket, ChatEngine)
agent.report_to(server)
server.run(agent, POLL_MS)
agent.close()
server.close()
os._exit(0)
