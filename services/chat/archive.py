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
    ArchivePage,
    ArchiveQuery,
    Arrival,
    ArrivalsUpdate,
    DisplayedUpdate,
    Stanza,
)
from services.chat.taking import advance, read_up_to, set_composing, take
from services.chat.thread import Thread, archive_key, id_key, keys_in

log = structlog.get_logger(__name__)

PAGE = 250
FIRST_STANZAS = 500
"""What a stack that has nothing yet reads of the archive; the rest when somebody scrolls there."""
OVERLAP = timedelta(seconds=2)
AWAY = (ChatDisconnected, EngineDown, DeadlineExceeded)


class ArchivePart(AccountPart):
    """The part of ChatService that takes what comes. After a break it reads what is missing, and
    after each thing that came live it reads on, since the archive alone knows the order."""

    @on_engine(ArrivalsUpdate)
    def arrived(self, update: ArrivalsUpdate) -> None:
        self.take_arrivals(update.arrivals)

    @on_engine(DisplayedUpdate)
    def displayed_elsewhere(self, update: DisplayedUpdate) -> None:
        for each in update.displayed:
            self.progress.displayed[each.conversation_id] = each.archive_id
        if self.progress.has_caught_up:
            self._read_what_was_displayed()

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

    def take_arrivals(self, arrivals: tuple[Arrival, ...]) -> None:
        """Store them, and only then let the engine forget them."""
        if not arrivals:
            return
        keys: dict[str, set[str]] = {}
        gone: list[str] = []
        for each in arrivals:
            if (stanza := each.stanza) is not None:
                self.progress.note_composing(stanza)
                keys.setdefault(stanza.conversation_id, set()).update(keys_in(stanza))
                gone += _out(stanza)
            elif (known := each.acknowledgement) is not None:
                key = id_key(Direction.SENT, known.stanza_id)
                keys.setdefault(known.conversation_id, set()).add(key)
                gone.append(known.stanza_id)
        with self.store.lock:
            threads = self.store.open_all(keys)
            with self.store.changing(threads.values(), arrived=gone):
                new = [each.stanza for each in arrivals if _take_arrival(threads, each)]
        self.progress.is_due |= any(map(_is_archived, arrivals))
        for fresh in new:
            if fresh is not None:
                self._acknowledge(fresh)
        with suppress(*AWAY):
            self.engine.forget_arrivals(arrivals[-1].number)

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
        self._read_what_was_displayed()
        self.send_outgoing()

    def _read_what_was_displayed(self) -> None:
        displayed, self.progress.displayed = self.progress.displayed, {}
        for conversation_id, archive_id in displayed.items():
            key = archive_key(archive_id)
            with self.store.lock:
                thread = self.store.open(conversation_id, [key])
                with self.store.changing([thread]):
                    if (message := thread.find(key)) is not None:
                        read_up_to(thread, message.position)

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
        arrived = [each for stanza in stanzas for each in _out(stanza)]
        with self.store.lock:
            threads = self.store.open_all(keys)
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


def _take_arrival(threads: dict[str, Thread], arrival: Arrival) -> bool:
    """Whether it is a message from the other that was not known."""
    if arrival.stanza is not None:
        thread = threads[arrival.stanza.conversation_id]
        return take(thread, arrival.stanza, is_archived=False)
    if (known := arrival.acknowledgement) is not None:
        thread = threads[known.conversation_id]
        if (message := thread.find(id_key(Direction.SENT, known.stanza_id))) is not None:
            advance(thread, message.message_id, Delivery.SENT)
    return False


def _is_archived(arrival: Arrival) -> bool:
    """Whether the archive has something that we have not read there."""
    stanza = arrival.stanza
    return stanza is None or stanza.archive_id is not None or stanza.direction is Direction.SENT


def _out(stanza: Stanza) -> list[str]:
    """The stanza of ours of which this one says that it needs not be sent any more."""
    is_out = stanza.direction is Direction.SENT or stanza.bounce is not None
    return [stanza.stanza_id] if is_out and stanza.stanza_id is not None else []
