"""What the chat service is given: its account, and where it is with the server's archives."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from uuid import uuid4

import eventlet
from eventlet.event import Event as Reply
from nameko import config
from nameko.extensions import DependencyProvider

from bus.keeper import AccountKeeper
from contracts.base import Model
from contracts.chat_connection import ChatAccount
from contracts.errors import DeadlineExceeded
from services.chat.engine.commands import ArchivePage, Stanza
from services.chat.picture_files import PictureFiles

PAGE_S = 30.0
"""A page that has not come by then does not come: the engine always answers sooner."""
COMPOSING_S = 30.0
"""Somebody who has not said so again for this long does not write any more."""


class Reading:
    """How far the copy of one archive is; begins anew with each stream and each engine."""

    def __init__(self) -> None:
        self.is_open = False
        """It can be read: we are in its room. Ours can be whenever there is a connection."""
        self.has_caught_up = False
        """Only then is it known which of our messages the server has: the others are sent."""
        self.query_id: str | None = None
        """The page that is awaited."""
        self.after: str | None = None
        """What that page begins after."""
        self._asked_at = 0.0
        self.missed = 0
        """Stanzas that were read since we had all."""
        self.first_pages: list[ArchivePage] = []
        """Of a stack that has nothing yet, newest first."""
        self.is_due = False
        """Something came that the archive must tell the order of."""
        self.displayed: dict[str, str] = {}
        """By conversation, up to where a device of ours has displayed it: what the archive calls
        the message, which we may not have read there yet."""

    def begin(self) -> None:
        self.is_open = self.has_caught_up = False
        self.query_id = None
        self.missed = 0
        self.first_pages = []

    def pause(self) -> None:
        """Nothing is sent on the next stream before what was missed is known."""
        self.has_caught_up = False
        self.query_id = None

    def await_page(self, query_id: str, after: str | None) -> None:
        self.query_id, self.after, self._asked_at = query_id, after, time.monotonic()

    def awaits_page(self) -> bool:
        return self.query_id is not None and time.monotonic() - self._asked_at < PAGE_S


class Progress:
    """Where the service is with the server."""

    def __init__(self) -> None:
        self.readings: dict[str | None, Reading] = {None: Reading()}
        """Of our archive (None) and those of rooms."""
        self.replies: dict[str, Reply] = {}
        """To what is asked of the server, by query."""
        self.asked: dict[str, Reply] = {}
        """Pages for those who scroll back, by query."""
        self.pondered: object = None
        """Invitations, and the contacts that we had when we last looked at them."""
        self.is_untold = True
        """Something may have been stored that no event has told."""
        self.composing: dict[str, float] = {}
        """When each that writes has last said so."""

    def begin(self) -> None:
        for reading in self.readings.values():
            reading.begin()

    def is_reading(self) -> bool:
        """Something that was missed, at this moment."""
        return any(reading.missed for reading in self.readings.values())

    def of(self, archive: str | None) -> Reading:
        return self.readings.setdefault(archive, Reading())

    @contextmanager
    def replying(self, query_id: str, timeout_s: float) -> Iterator[Reply]:
        """What comes as an update is a reply. Raises DeadlineExceeded."""
        reply = self.replies[query_id] = Reply()
        try:
            with eventlet.Timeout(timeout_s, DeadlineExceeded("the engine")):
                yield reply
        finally:
            del self.replies[query_id]

    def reply(self, query_id: str, answer: Model) -> None:
        reply = self.replies.get(query_id)
        if reply is not None and not reply.ready():
            reply.send(answer)

    def new_query(self) -> str:
        return uuid4().hex

    def note_composing(self, stanza: Stanza) -> None:
        if stanza.is_composing:
            self.composing[stanza.conversation_id] = time.monotonic()

    def no_longer_composing(self) -> list[str]:
        """Whoever has been silent for too long."""
        now = time.monotonic()
        silent = [each for each, at in self.composing.items() if now - at > COMPOSING_S]
        for each in silent:
            del self.composing[each]
        return silent


class _AccountKeeperProvider(DependencyProvider):
    def setup(self) -> None:
        self._keeper = AccountKeeper(ChatAccount)

    def get_dependency(self, _worker_ctx: Any) -> AccountKeeper[ChatAccount]:
        return self._keeper


def account_keeper() -> AccountKeeper[ChatAccount]:
    """Inject the one keeper of this process."""
    return cast(AccountKeeper[ChatAccount], _AccountKeeperProvider())


class _ProgressProvider(DependencyProvider):
    def setup(self) -> None:
        self._progress = Progress()

    def get_dependency(self, _worker_ctx: Any) -> Progress:
        return self._progress


def progress() -> Progress:
    """Inject the one progress of this process."""
    return cast(Progress, _ProgressProvider())


class _PictureFilesProvider(DependencyProvider):
    def setup(self) -> None:
        self._files = PictureFiles(config["SETTINGS"].avatars_directory)

    def get_dependency(self, _worker_ctx: Any) -> PictureFiles:
        return self._files


def picture_files() -> PictureFiles:
    """Inject the one keeper of people's pictures."""
    return cast(PictureFiles, _PictureFilesProvider())
