"""The practice server: a PBX and a chat server of our own, with people to talk to."""

from pathlib import Path

USERS = {"alice": "101", "bob": "102", "carol": "103"}
"""And their numbers."""
AMI_SECRET = "handset-practice"  # noqa: S105
"""Of the account that sees the queues; as public as the passwords of the users."""

# in containers, which have an address of their own each
DIRECTORY = Path("/var/lib/handset/practice")
HOST = "practice"
CHAT_HOST = "chat.practice"
SIP_PORT = 5060
