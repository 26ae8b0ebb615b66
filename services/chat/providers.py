"""What the chat service is given: its account, and where it is with the server's archive."""

import time
from typing import Any, cast
from uuid import uuid4

from eventlet.event import Event as Reply
from nameko import config
from nameko.extensions import DependencyProvider

from bus.keeper import AccountKeeper
from contracts.chat_connection import ChatAccount
from services.chat.engine.commands import ArchivePage, Stanza
from services.chat.picture_files import PictureFiles

PAGE_S = 30.0
"""A page that has not come by then does not come: the engine always answers sooner."""
COMPOSING_S = 30.0
"""Somebody who has not said so again for this long does not write any more."""


class Progress:
    """How far the copy of the archive is; begins anew with each stream and each engine."""

    def __init__(self) -> None:
        self.has_caught_up = False
        """Only then is it known which of our messages the server has: the others are sent."""
        self.query_id: str | None = None
        """The page that is awaited."""
        self._asked_at = 0.0
        self.first_pages: list[ArchivePage] = []
        """Of a stack that has nothing yet, newest first."""
        self.is_due = False
        """Something came that the archive must tell the order of."""
        self.displayed: dict[str, str] = {}
        """By conversation, up to where a device of ours has displayed it: what the archive calls
        the message, which we may not have read there yet."""
        self.uploads: dict[str, Reply] = {}
        """What is asked of the upload service, by query."""
        self.answers: dict[str, Reply] = {}
        """What else is asked of the server, by query."""
        self.asked: dict[str, Reply] = {}
        """Pages for those who scroll back, by query."""
        self.composing: dict[str, float] = {}
        """When each that writes has last said so."""

    def begin(self) -> None:
        self.has_caught_up = False
        self.query_id = None
        self.first_pages = []

    def await_page(self, query_id: str) -> None:
        self.query_id, self._asked_at = query_id, time.monotonic()

    def awaits_page(self) -> bool:
        return self.query_id is not None and time.monotonic() - self._asked_at < PAGE_S

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
