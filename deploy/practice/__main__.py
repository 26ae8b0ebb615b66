"""`python -m deploy.practice asterisk|prosody|robots|chat-robots`: become it, in a container."""

import os
import socket
import sys

from deploy.practice import DIRECTORY, HOST, SIP_PORT
from deploy.practice import server as programs
from deploy.practice.server import PracticeServer

PROGRAMS = {
    "asterisk": programs.asterisk,
    "prosody": programs.prosody,
    "robots": programs.robots,
    "chat-robots": programs.chat_robots,
}


def main(name: str) -> None:
    """Never returns."""
    own_address = socket.gethostbyname(socket.gethostname())
    server = PracticeServer.create(DIRECTORY, address=own_address, host=HOST, first_port=SIP_PORT)
    program = PROGRAMS[name](server)
    os.environ.update(program.environment)
    os.execv(program.argv[0], program.argv)  # noqa: S606


if __name__ == "__main__":
    main(sys.argv[1])
