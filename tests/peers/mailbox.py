"""A voicemail box of the practice server, as Asterisk keeps it."""

from pathlib import Path

from deploy.practice.server import PracticeServer
from deploy.program import write


def has_a_message(server: PracticeServer, number: str) -> None:
    """Somebody has spoken; the server need not even run."""
    inbox = _inbox(server, number)
    inbox.mkdir(parents=True)
    write(inbox / "msg0000.txt", "[message]\norigtime=0\nduration=1\n")


def is_emptied(server: PracticeServer, number: str) -> None:
    """Whatever others have left there is gone."""
    for each in _inbox(server, number).glob("msg*"):
        each.unlink()


def new_messages(server: PracticeServer, number: str) -> int:
    return len(list(_inbox(server, number).glob("msg*.txt")))


def _inbox(server: PracticeServer, number: str) -> Path:
    return server.directory / "asterisk" / "spool" / "voicemail" / "default" / number / "INBOX"
