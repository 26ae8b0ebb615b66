"""The copy of the server's archives, ours and those of rooms, and the order of what came live."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

import structlog

from bus.engine import on_engine
from bus.timer import every
from contracts.chat import ConversationKind, Delivery, Direction
from contracts.chat_connection import ChatState
from contracts.errors import ChatDisconnected, DeadlineExceeded, EngineDown
from services.chat.account import AccountPart
from services.chat.amending import advance, read_up_to
from services.chat.engine.commands import (
    ArchivePage,
    ArchiveQuery,
    Arrival,
    ArrivalsUpdate,
    DisplayedUpdate,
    Stanza,
)
from services.chat.engine.room_commands import Invitation
from services.chat.taking import set_composing, take
from services.chat.thread import Thread, archive_key, id_key, keys_in

log = structlog.get_logger(__name__)

PAGE = 250
FIRST_STANZAS = 500
"""What a stack that has nothing yet reads of the archive; the rest when somebody scrolls there."""
MOST_TOLD = 1000
"""Stanzas of what was missed; faces read more than that at once."""
OVERLAP = timedelta(seconds=2)
SKEW = timedelta(minutes=5)
"""By which clocks may differ."""
AWAY = (ChatDisconnected, EngineDown, DeadlineExceeded)


class ArchivePart(AccountPart):
    """The part of ChatService that takes what comes. After a break it reads what is missing, and
    after each thing that came live it reads on, since the archive alone knows the order."""

    @on_engine(ArrivalsUpdate)
    def arrived(self, update: ArrivalsUpdate) -> None:
        self.take_arrivals(update.arrivals)

    @on_engine(DisplayedUpdate)
    def displayed_elsewhere(self, update: DisplayedUpdate) -> None:
        rooms = self.store.room_ids()
        for each in update.displayed:
            archive = each.conversation_id if each.conversation_id in rooms else None
            reading = self.progress.of(archive)
            reading.displayed[each.conversation_id] = each.archive_id
            if reading.has_caught_up:
                self._read_what_was_displayed(archive)

    @on_engine(ArchivePage)
    def page_came(self, update: ArchivePage) -> None:
        asked = self.progress.asked.get(update.query_id)
        if asked is not None:
            if not asked.ready():
                asked.send(update)
        elif update.query_id == self.progress.of(update.archive).query_id:
            self._take_page(update)

    @every(1)
    def read_on(self) -> None:
        due = [
            archive
            for archive, reading in self.progress.readings.items()
            if reading.is_due and not reading.awaits_page() and (archive is None or reading.is_open)
        ]
        if due and self.store.get_connection().state is ChatState.CONNECTED:
            for archive in due:
                self.catch_up(archive)

        if self.progress.is_untold and not self.progress.is_reading():
            self.progress.is_untold = self.store.are_events_late()
            if not self.progress.is_untold:
                self.store.tell_what_was_read()

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
        last = arrivals[-1].number
        stanzas = [each.stanza for each in arrivals if each.stanza is not None]
        kept, invitations = self._sorted(stanzas)
        numbers = {id(each) for each in (None, *kept)}
        arrivals = tuple(each for each in arrivals if id(each.stanza) in numbers)
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
            self._be_brief(threads)
            with self.store.changing(threads.values(), arrived=gone, invitations=invitations):
                new = [each.stanza for each in arrivals if _take_arrival(threads, each)]
        for arrival in filter(_is_archived, arrivals):
            self.progress.of(_archive_of(arrival)).is_due = True
        for fresh in new:
            if fresh is not None:
                self._acknowledge(fresh)
        with suppress(*AWAY):
            self.engine.forget_arrivals(last)

    def catch_up(self, archive: str | None) -> None:
        """Read an archive (None: ours) from where we are; its pages come as updates."""
        reading, cursor = self.progress.of(archive), self.store.get_cursor(archive)
        reading.is_due = False
        if cursor is None:
            before = reading.first_pages[-1].first if reading.first_pages else ""
            self._ask(archive, before=before)
        else:
            self._ask(archive, after=cursor or None)

    def has_caught_up(self, archive: str | None) -> None:
        """What waits can be sent: it is known what has arrived."""
        reading = self.progress.of(archive)
        reading.has_caught_up, reading.missed = True, 0
        self.progress.is_untold = True  # perhaps by a service that died over it
        self._read_what_was_displayed(archive)
        self.send_outgoing()

    def send_outgoing(self) -> None:
        """Give the engine what the server has not got. It sends nothing twice on a stream."""
        if not any(reading.has_caught_up for reading in self.progress.readings.values()):
            return
        with suppress(*AWAY):
            for outgoing in self.store.outgoing():
                archive = outgoing.conversation_id if outgoing.is_groupchat else None
                if self.progress.of(archive).has_caught_up:
                    self.engine.send(outgoing)

    def part_of(self, archive: str | None) -> dict[str, object]:
        """What of an archive is for us: of a room's, what was written since we came."""
        record = self.store.find_room(archive) if archive is not None else None
        if record is None:
            return {"archive": archive}
        seat, start = record.seat, record.seat.since.replace(microsecond=0)
        if seat.since_id is not None:
            start -= SKEW
        return {"archive": archive, "since_id": seat.since_id or None, "start": start}

    def _ask(self, archive: str | None, **fields: object) -> None:
        reading = self.progress.of(archive)
        query = ArchiveQuery.model_validate(
            {
                "query_id": self.progress.new_query(),
                "limit": PAGE,
                **self.part_of(archive),
                **fields,
            }
        )
        reading.await_page(query.query_id, query.after)
        try:
            self.engine.read_archive(query)
        except AWAY:
            reading.query_id = None
            reading.is_due = True

    def _take_page(self, page: ArchivePage) -> None:
        reading = self.progress.of(page.archive)
        reading.query_id = None
        if page.error == "item-not-found":
            self._find_place(page.archive)
        elif page.error is not None:
            log.warning("archive not readable", condition=page.error)
            reading.is_due = True
        elif page.is_without_archive:
            self.has_caught_up(page.archive)
        elif (cursor := self.store.get_cursor(page.archive)) is None:
            self._take_first_page(page)
        elif reading.after not in (None, cursor):
            reading.is_due = True  # the one before this was not stored
        else:
            self._take_next_page(page)

    def _take_first_page(self, page: ArchivePage) -> None:
        """Backwards until there is enough; then all of it in its order."""
        reading = self.progress.of(page.archive)
        pages = reading.first_pages
        pages.append(page)
        if not page.is_complete and sum(len(each.stanzas) for each in pages) < FIRST_STANZAS:
            self.catch_up(page.archive)
            return
        reading.first_pages = []
        stanzas = [stanza for each in reversed(pages) for stanza in each.stanzas]
        self._take_stanzas(page, tuple(stanzas), pages[0].last or "", is_first=True)
        self.has_caught_up(page.archive)

    def _take_next_page(self, page: ArchivePage) -> None:
        """The one after it is on its way meanwhile."""
        is_last = page.is_complete or page.last is None
        reading = self.progress.of(page.archive)
        reading.missed += len(page.stanzas)
        if not is_last:
            self._ask(page.archive, after=page.last)
        self._take_stanzas(page, page.stanzas, page.last)
        if is_last:
            self.has_caught_up(page.archive)

    def _read_what_was_displayed(self, archive: str | None) -> None:
        reading = self.progress.of(archive)
        displayed, reading.displayed = reading.displayed, {}
        for conversation_id, archive_id in displayed.items():
            key = archive_key(archive_id)
            with self.store.lock:
                thread = self.store.open(conversation_id, [key])
                with self.store.changing([thread]):
                    if (message := thread.find(key)) is not None:
                        read_up_to(thread, message.position)

    def _find_place(self, archive: str | None) -> None:
        """The archive does not know the stanza where we were: it was emptied, or has expired."""
        log.warning("place in the archive lost")
        if archive is not None:
            self.store.forget_cursor(archive)
            self.progress.of(archive).is_due = True  # if the room is still there then
            return
        times = [
            each.last_message.sent_at
            for each in self.store.list_conversations()
            if each.last_message and each.kind is ConversationKind.DIRECT
        ]
        if times:
            self._ask(None, start=(max(times) - OVERLAP).isoformat())
        else:
            self.store.forget_cursor()
            self.catch_up(None)

    def _take_stanzas(
        self,
        page: ArchivePage,
        found: tuple[Stanza, ...],
        cursor: str | None,
        *,
        is_first: bool = False,
    ) -> None:
        """`page` says which archive they are from."""
        stanzas, invitations = self._sorted(found)
        keys: dict[str, set[str]] = {}
        for stanza in stanzas:
            keys.setdefault(stanza.conversation_id, set()).update(keys_in(stanza))
        arrived = [each for stanza in stanzas for each in _out(stanza)]
        with self.store.lock:
            threads = self.store.open_all(keys)
            self._be_brief(threads, page.archive)
            with self.store.changing(
                threads.values(),
                archive=page.archive,
                cursor=cursor,
                arrived=arrived,
                invitations=invitations,
            ):
                new = [
                    stanza
                    for stanza in stanzas
                    if take(threads[stanza.conversation_id], stanza, is_archived=True)
                ]
                if is_first and self._is_known_elsewhere(page.archive):
                    for thread in threads.values():
                        thread.read_everything()
        if not is_first:
            for stanza in new:
                self._acknowledge(stanza)

    def _be_brief(self, threads: dict[str, Thread], archive: str | None = None) -> None:
        """What comes by the thousand is not told one by one: events would be lost."""
        has_much = self.progress.of(archive).missed > MOST_TOLD
        if threads and (has_much or self.store.are_events_late()):
            self.progress.is_untold = True
            for thread in threads.values():
                thread.is_told = False

    def _is_known_elsewhere(self, archive: str | None) -> bool:
        """Whether other clients have shown what was there before: our archive's, and that of a
        room that one of them has entered."""
        record = self.store.find_room(archive) if archive is not None else None
        return record is None or record.is_caught_up

    def _sorted(self, stanzas: Sequence[Stanza]) -> tuple[list[Stanza], list[Invitation]]:
        """What belongs to conversations, and invitations. In a room nobody talks but in public,
        and as if in a room nobody talks elsewhere."""
        rooms = self.store.room_ids()
        kept = [
            each
            for each in stanzas
            if each.invitation is None
            and (each.bounce is not None or each.is_groupchat == (each.conversation_id in rooms))
        ]
        return kept, [each.invitation for each in stanzas if each.invitation is not None]

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


def _archive_of(arrival: Arrival) -> str | None:
    """Where it is, or will be."""
    stanza = arrival.stanza
    return stanza.conversation_id if stanza is not None and stanza.is_groupchat else None


def _is_archived(arrival: Arrival) -> bool:
    """Whether the archive has something that we have not read there."""
    stanza = arrival.stanza
    return stanza is None or stanza.archive_id is not None or stanza.direction is Direction.SENT


def _out(stanza: Stanza) -> list[str]:
    """The stanza of ours of which this one says that it needs not be sent any more."""
    is_out = stanza.direction is Direction.SENT or stanza.bounce is not None
    return [stanza.stanza_id] if is_out and stanza.stanza_id is not None else []
