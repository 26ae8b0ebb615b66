"""`python -m services.sip.engine`: the SIP user agent, until SIGTERM."""

import os
import sys

# names of TLS servers are looked up in the one thread that does everything: not for long
os.environ["RES_OPTIONS"] = "timeout:1 attempts:1"

# no sound card is used, and looking for some would double the time that the library needs to start
os.environ["ALSA_CONFIG_PATH"] = "/dev/null"

# pjlib writes to standard output before it can be told not to
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

from bus.engine_server import EngineServer  # noqa: E402
from bus.logging import configure  # noqa: E402
from services.sip.engine.agent import SipAgent  # noqa: E402
from services.sip.engine.commands import SipEngine  # noqa: E402
from services.sip.engine.screens import ScreenServer  # noqa: E402
from services.sip.settings import SipEngineSettings  # noqa: E402

POLL_MS = 50
"""Packets, commands and timers of the library end a poll at once; the rest waits for its end."""

settings = SipEngineSettings()
configure("sip-engine", settings.log_level)
agent = SipAgent(settings, "Handset")
server = EngineServer(settings.sip_engine_socket, SipEngine)
agent.report_to(server)
screens = ScreenServer(
    settings.sip_audio_host,
    settings.sip_audio_port,
    settings.secret("audio-token"),
    agent.screen.browser,
)
server.run(agent, POLL_MS)
screens.close()
agent.close()
server.close()
os._exit(0)  # threads of the library may still hold what it has freed
