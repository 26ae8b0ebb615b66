"""Pages of a conversation: from what is kept, and before that from the server's archive."""

from dataclasses import dataclass

import eventlet
from eventlet.event import Event as Reply

from bus.rpc import rpc
from contracts.chat import MAX_PAGE, Delivery, Direction, Message, MessagePage
from contracts.errors import ChatDisconnected, DeadlineExceeded, InvalidRequest
from contracts.identity import BareJid
from services.chat.archive import ArchivePart
from services.chat.engine.commands import ArchivePage, ArchiveQuery, Stanza
from services.chat.taking import is_message, microseconds, take
from services.chat.thread import Thread, keys_in

ANSWER_TIMEOUT_S = 10.0
MOST_QUERIES = 5
"""For one page: receipts and markers fill those of the archive, too."""


@dataclass(frozen=True)
class Place:
    """Between two messages. Goes out as a cursor, "position:archive id"."""

    position: int
    archive_id: str
    """Of the message after it; empty: the archive's end."""

    def __str__(self) -> str:
        return f"{self.position}:{self.archive_id}"

    @staticmethod
    def parse(cursor: str) -> "Place":
        """Raises InvalidRequest."""
        position, _colon, archive_id = cursor.partition(":")
        if not position.isdecimal():
            raise InvalidRequest("not a cursor", field="before")
        return Place(int(position), archive_id)


class HistoryPart(ArchivePart):
    """The part of ChatService that pages through a conversation."""

    @rpc
    def list_messages(
        self, conversation_id: BareJid, before: str | None, limit: int
    ) -> MessagePage:
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidRequest(f"limit must be between 1 and {MAX_PAGE}")
        place = Place.parse(before) if before else None
        below = place.position if place else None
        kept = self.store.newest(conversation_id, below, limit)
        if kept or place is None:
            older = self._place_before(conversation_id, kept) if kept else None
            return MessagePage(items=kept, older=older and str(older))
        return self._from_archive(conversation_id, place, limit)

    def _place_before(self, conversation_id: str, kept: list[Message]) -> Place | None:
        """None if there is no archive, or none for us: then this is all that there is."""
        if (record := self.store.find_room(conversation_id)) is not None and record.has_left:
            return None
        position = kept[0].position
        archived = next((each.archive_id for each in kept if each.archive_id), None)
        if archived is None and not self.store.newest(conversation_id, position, 1):
            archive = self._archive_of(conversation_id)
            return Place(position, "") if self.store.get_cursor(archive) is not None else None
        return Place(position, archived or "")

    def _archive_of(self, conversation_id: str) -> str | None:
        return conversation_id if self.store.find_room(conversation_id) is not None else None

    def _from_archive(self, conversation_id: str, place: Place, limit: int) -> MessagePage:
        """Raises ChatDisconnected."""
        self.require_account()
        stanzas: list[Stanza] = []
        archive_id, is_complete = place.archive_id, False
        for _ in range(MOST_QUERIES):
            page = self._ask_for(conversation_id, archive_id, limit)
            stanzas = [*page.stanzas, *stanzas]
            archive_id, is_complete = page.first or "", page.is_complete or page.first is None
            if is_complete or sum(map(is_message, stanzas)) >= limit // 2:
                break
        messages = self._messages_of(conversation_id, stanzas, place)
        position = messages[0].position if messages else place.position
        older = None if is_complete else str(Place(position, archive_id))
        return MessagePage(items=messages, older=older)

    def _ask_for(self, conversation_id: str, before: str, limit: int) -> ArchivePage:
        archive = self._archive_of(conversation_id)
        query = ArchiveQuery.model_validate(
            {
                "query_id": self.progress.new_query(),
                "with_jid": conversation_id if archive is None else None,
                **self.part_of(archive),
                "before": before,
                "limit": limit,
            }
        )
        reply = self.progress.asked[query.query_id] = Reply()
        try:
            self.engine.read_archive(query)
            with eventlet.Timeout(ANSWER_TIMEOUT_S, DeadlineExceeded("archive")):
                page: ArchivePage = reply.wait()
        finally:
            del self.progress.asked[query.query_id]
        if page.error is not None:
            raise ChatDisconnected(page.error)
        return page

    def _messages_of(
        self, conversation_id: str, stanzas: list[Stanza], place: Place
    ) -> list[Message]:
        """As they are now; changes that were made later are kept with the conversation."""
        keys = {key for stanza in stanzas for key in keys_in(stanza)}
        with self.store.lock:
            thread = self.store.open(conversation_id, keys)
            known, known_ids = set(thread.messages), set(thread.ids)
            page = Thread(thread.state, dict, amendments=thread.amendments)
            for stanza in stanzas:
                is_known = any(key in known_ids for key in keys_in(stanza) if is_message(stanza))
                if not is_known:
                    take(page, stanza, is_archived=True)
            with self.store.changing([thread]):
                thread.changed_amendments = page.changed_amendments
        found = sorted(page.messages.values(), key=lambda each: each.position)
        return _placed([each for each in found if each.message_id not in known], place, thread)


def _placed(messages: list[Message], place: Place, thread: Thread) -> list[Message]:
    """Below what comes after them, at their time if no clock was wrong."""
    placed: list[Message] = []
    position = place.position
    for message in reversed(messages):
        position = min(position - 1, microseconds(message.sent_at))
        placed.append(
            _seen(message.model_copy(update={"position": position, "revision": 1}), thread)
        )
    return list(reversed(placed))


def _seen(message: Message, thread: Thread) -> Message:
    """Who has seen a later message of ours has seen this one."""
    is_ours = message.direction is Direction.SENT and message.delivery is not Delivery.FAILED
    if is_ours and message.position <= thread.state.displayed_up_to:
        return message.model_copy(update={"delivery": Delivery.DISPLAYED})
    return message
