"""`python -m deploy.prepare STACK`: makes what the containers of a stack expect to find.

Runs in a container itself, so that a host needs nothing but Docker. Nothing is made twice.
"""

import sys

from deploy.practice import DIRECTORY, HOST, SIP_PORT
from deploy.practice.server import PracticeServer
from deploy.stack import Stack

HOME = DIRECTORY.parent


def main(stack_name: str) -> None:
    """Directories, secrets and ports of the stack, certificates and profile of its server."""
    Stack.create(HOME / stack_name, (), name=stack_name)
    PracticeServer.create(DIRECTORY, host=HOST, first_port=SIP_PORT)


if __name__ == "__main__":
    main(sys.argv[1])
