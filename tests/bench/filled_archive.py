"""An archive as Prosody keeps it in SQLite, filled while Prosody does not run."""

import random
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import quoteattr

HOST = "practice"
SHORTEST, LONGEST = 3, 25
"""Words of a message."""
_TEXT = """the a and of to in it is that was for on are with they be at one have this from by hot
but what some there we can out other were all your when up use word how said an each she which
report meeting tomorrow please question server invoice lunch call customer draft Thursday"""
_INSERT = (
    'INSERT INTO "prosodyarchive" ("host","user","store","key","when","with","type","value") '
    "VALUES (?,?,'archive',?,?,?,'xml',?)"
)


def fill(database: Path, user: str, others: list[str]) -> list[str]:
    """Add a message with each of these addresses, in this order, as if they were of just now.

    Their ids. They are from both sides in turn, and look like those that clients send.
    """
    chance = random.Random(len(others))
    ids = [str(UUID(int=chance.getrandbits(128))) for _ in others]
    connection = sqlite3.connect(database)
    with connection:
        connection.executemany(_INSERT, _rows(user, others, ids, chance))
    connection.close()
    return ids


def _rows(
    user: str, others: list[str], ids: list[str], chance: random.Random
) -> Iterator[tuple[object, ...]]:
    own, now, words = f"{user}@{HOST}", int(time.time()), _TEXT.split()
    for number, (other, archive_id) in enumerate(zip(others, ids, strict=True)):
        sender, recipient = (own, other) if number % 2 else (other, own)
        text = " ".join(chance.choices(words, k=chance.randint(SHORTEST, LONGEST)))
        stanza = (
            f"<message xmlns='jabber:client' type='chat' id={quoteattr(archive_id[:18])} "
            f"from='{sender}/desk' to='{recipient}'><body>{number} {text}</body>"
            "<active xmlns='http://jabber.org/protocol/chatstates'/>"
            "<markable xmlns='urn:xmpp:chat-markers:0'/>"
            f"<origin-id xmlns='urn:xmpp:sid:0' id={quoteattr(archive_id[:18])}/></message>"
        )
        at = now - (len(others) - number) // 100  # a hundred in a second
        yield HOST, user, archive_id, at, other, stanza
