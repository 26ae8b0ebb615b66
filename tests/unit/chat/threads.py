"""Stanzas that come into a conversation, and what it says then."""

from services.chat.engine.commands import Stanza
from services.chat.taking import take
from services.chat.thread import Thread


def live(into: Thread, *stanzas: Stanza) -> None:
    for each in stanzas:
        take(into, each, is_archived=False)


def archived(into: Thread, *stanzas: Stanza) -> None:
    for each in stanzas:
        take(into, each, is_archived=True)


def bodies(of: Thread) -> list[str]:
    return [message.body for message in of.window()]
