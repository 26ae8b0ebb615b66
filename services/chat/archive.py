"""The copy of the server's archive, and the order of what came live."""

from contextlib import suppress
from datetime import timedelta

import structlog

from bus.engine import on_engine
from bus.timer import every
from contracts.chat import Delivery, Direction
from contracts.chat_connection import ChatState
from contracts.errors import ChatDisconnected, DeadlineExceeded, EngineDown
from services.chat.account import AccountPart
from services.chat.engine.commands import (
    AcknowledgedUpdate,
    ArchivePage,
    ArchiveQuery,
    Stanza,
    StanzaUpdate,
)
from services.chat.taking import advance, set_composing, take
from services.chat.thread import id_key, keys_in

log = structlog.get_logger(__name__)

PAGE = 250
FIRST_STANZAS = 500
"""What a stack that has nothing yet reads of the archive; the rest when somebody scrolls there."""
OVERLAP = timedelta(seconds=2)
AWAY = (ChatDisconnected, EngineDown, DeadlineExceeded)


class ArchivePart(AccountPart):
    """The part of ChatService that takes what comes. After a break it reads what is missing, and
    after each thing that came live it reads on, since the archive alone knows the order."""

    @on_engine(StanzaUpdate)
    def stanza_came(self, update: StanzaUpdate) -> None:
        self.take_live(update.stanza)
        with suppress(*AWAY):
            self.engine.forget_updates(update.number)

    @on_engine(AcknowledgedUpdate)
    def stanza_acknowledged(self, update: AcknowledgedUpdate) -> None:
        self.take_acknowledgement(update)
        with suppress(*AWAY):
            self.engine.forget_updates(update.number)

    @on_engine(ArchivePage)
    def page_came(self, update: ArchivePage) -> None:
        asked = self.progress.asked.get(update.query_id)
        if asked is not None:
            if not asked.ready():
                asked.send(update)
        elif update.query_id == self.progress.query_id:
            self._take_page(update)

    @every(1)
    def read_on(self) -> None:
        if self.progress.is_due and not self.progress.awaits_page():
            connection = self.store.get_connection()
            if connection.state is ChatState.CONNECTED:
                self.catch_up()

    @every(5)
    def end_composing(self) -> None:
        for conversation_id in self.progress.no_longer_composing():
            with self.store.lock:
                thread = self.store.open(conversation_id)
                with self.store.changing([thread]):
                    set_composing(thread, is_composing=False)

    def take_live(self, stanza: Stanza) -> None:
        self.progress.note_composing(stanza)
        has_arrived = stanza.direction is Direction.SENT or stanza.bounce is not None
        arrived = [stanza.stanza_id] if has_arrived and stanza.stanza_id is not None else []
        with self.store.lock:
            thread = self.store.open(stanza.conversation_id, keys_in(stanza))
            with self.store.changing([thread], arrived=arrived):
                is_new = take(thread, stanza, is_archived=False)
        if is_new:
            self._acknowledge(stanza)
        if stanza.archive_id is not None or stanza.direction is Direction.SENT:
            self.progress.is_due = True

    def take_acknowledgement(self, update: AcknowledgedUpdate) -> None:
        key = id_key(Direction.SENT, update.stanza_id)
        with self.store.lock:
            thread = self.store.open(update.conversation_id, [key])
            with self.store.changing([thread], arrived=[update.stanza_id]):
                if (message := thread.find(key)) is not None:
                    advance(thread, message.message_id, Delivery.SENT)
        self.progress.is_due = True

    def catch_up(self) -> None:
        """Read the archive from where we are; its pages come as updates."""
        progress, cursor = self.progress, self.store.get_cursor()
        progress.is_due = False
        if cursor is None:
            before = progress.first_pages[-1].first if progress.first_pages else ""
            self._ask(before=before)
        else:
            self._ask(after=cursor or None)

    def send_outgoing(self) -> None:
        """Give the engine what the server has not got. It sends nothing twice on a stream."""
        if not self.progress.has_caught_up:
            return
        with suppress(*AWAY):
            for outgoing in self.store.outgoing():
                self.engine.send(outgoing)

    def _ask(self, **fields: object) -> None:
        query = ArchiveQuery.model_validate(
            {"query_id": self.progress.new_query(), "limit": PAGE, **fields}
        )
        self.progress.await_page(query.query_id)
        try:
            self.engine.read_archive(query)
        except AWAY:
            self.progress.query_id = None
            self.progress.is_due = True

    def _take_page(self, page: ArchivePage) -> None:
        self.progress.query_id = None
        if page.error == "item-not-found":
            self._find_place()
        elif page.error is not None:
            log.warning("archive not readable", condition=page.error)
            self.progress.is_due = True
        elif page.is_without_archive:
            self._has_caught_up()
        elif self.store.get_cursor() is None:
            self._take_first_page(page)
        else:
            self._take_stanzas(page.stanzas, page.last)
            self._go_on(page)

    def _take_first_page(self, page: ArchivePage) -> None:
        """Backwards until there is enough; then all of it in its order."""
        pages = self.progress.first_pages
        pages.append(page)
        if not page.is_complete and sum(len(each.stanzas) for each in pages) < FIRST_STANZAS:
            self.catch_up()
            return
        self.progress.first_pages = []
        stanzas = [stanza for each in reversed(pages) for stanza in each.stanzas]
        self._take_stanzas(tuple(stanzas), pages[0].last or "", is_first=True)
        self._has_caught_up()

    def _go_on(self, page: ArchivePage) -> None:
        if page.is_complete or page.last is None:
            self._has_caught_up()
        else:
            self.catch_up()

    def _has_caught_up(self) -> None:
        self.progress.has_caught_up = True
        self.send_outgoing()

    def _find_place(self) -> None:
        """The archive does not know the stanza where we were: it was emptied, or has expired."""
        conversations = self.store.list_conversations()
        times = [each.last_message.sent_at for each in conversations if each.last_message]
        log.warning("place in the archive lost")
        if times:
            self._ask(start=(max(times) - OVERLAP).isoformat())
        else:
            self.store.forget_cursor()
            self.catch_up()

    def _take_stanzas(
        self, stanzas: tuple[Stanza, ...], cursor: str | None, *, is_first: bool = False
    ) -> None:
        keys: dict[str, set[str]] = {}
        for stanza in stanzas:
            keys.setdefault(stanza.conversation_id, set()).update(keys_in(stanza))
        sent = [each for each in stanzas if each.direction is Direction.SENT or each.bounce]
        arrived = [each.stanza_id for each in sent if each.stanza_id is not None]
        with self.store.lock:
            threads = {each: self.store.open(each, wanted) for each, wanted in keys.items()}
            with self.store.changing(threads.values(), cursor=cursor, arrived=arrived):
                new = [
                    stanza
                    for stanza in stanzas
                    if take(threads[stanza.conversation_id], stanza, is_archived=True)
                ]
                if is_first:
                    for thread in threads.values():
                        thread.read_everything()
        if not is_first:
            for stanza in new:
                self._acknowledge(stanza)

    def _acknowledge(self, stanza: Stanza) -> None:
        if stanza.wants_receipt and stanza.stanza_id is not None:
            with suppress(*AWAY):
                self.engine.acknowledge(stanza.conversation_id, stanza.stanza_id)
