"""Every Redis key of the journal service."""

from datetime import datetime

from bus.store import Transaction
from contracts.errors import InvalidRequest
from contracts.journal import JournalEntry, JournalEntryChanged, JournalPage
from contracts.recordings import DEFAULT_RECORDING_DAYS
from services.journal.missed_store import MissedStore, is_missed


class JournalStore(MissedStore):
    """journal:entry:{entry_id}, journal:by_start, journal:position (in the outbox of sip);
    journal:recordings (by start), journal:recording:{recording_id} (entries that list it),
    journal:recording_days."""

    service = "journal"

    def get_position(self) -> str:
        return self.redis.get(self.key("position")) or ""

    def put_entries(self, entries: list[JournalEntry], position: str) -> None:
        """Entries and how far they reach, in one transaction; older revisions change nothing."""
        newest = {entry.entry_id: entry for entry in entries}

        def put(transaction: Transaction) -> None:
            known = {entry_id: self.find(entry_id) for entry_id in newest}
            news = [entry for entry in newest.values() if _is_news(entry, known[entry.entry_id])]
            missed = [
                entry for entry in news if is_missed(entry) and not is_missed(known[entry.entry_id])
            ]
            known_missed = self.get_missed()
            transaction.pipeline.multi()
            for entry in news:
                self._put(transaction, entry)
            self.add_missed(transaction, missed, known_missed)
            transaction.pipeline.set(self.key("position"), position)

        self.watching(put, self.missed_key)

    def find(self, entry_id: str) -> JournalEntry | None:
        text = self.redis.get(self._entry_key(entry_id))
        return JournalEntry.model_validate_json(text) if text else None

    def page(self, after: str | None, limit: int) -> JournalPage:
        """Newest first. Raises InvalidRequest if `after` is not an entry."""
        first = 0
        if after is not None:
            rank = self.redis.zrevrank(self.key("by_start"), after)
            if rank is None:
                raise InvalidRequest("after: no such cursor")
            first = rank + 1
        entry_ids = self.redis.zrevrange(self.key("by_start"), first, first + limit)
        shown = entry_ids[:limit]
        items = [entry for entry_id in shown if (entry := self.find(entry_id)) is not None]
        return JournalPage(items=items, next=shown[-1] if len(entry_ids) > limit else None)

    # recordings

    def entries_with(self, recording_id: str) -> list[JournalEntry]:
        """Those that list a recording."""
        entry_ids = self.redis.smembers(self._recording_key(recording_id))
        return [entry for entry_id in entry_ids if (entry := self.find(entry_id)) is not None]

    def recordings_before(self, time: datetime) -> list[str]:
        """Ids of recordings that began earlier."""
        ids: list[str] = self.redis.zrangebyscore(
            self.key("recordings"), "-inf", f"({time.timestamp()}"
        )
        return ids

    def forget_recording(self, recording_id: str) -> None:
        """No entry lists it any more."""
        entries = self.entries_with(recording_id)
        with self.transaction() as transaction:
            transaction.pipeline.delete(self._recording_key(recording_id))
            transaction.pipeline.zrem(self.key("recordings"), recording_id)
            for entry in entries:
                kept = tuple(each for each in entry.recordings if each.recording_id != recording_id)
                changes = {"recordings": kept, "revision": entry.revision + 1}
                self._put(transaction, entry.model_copy(update=changes))

    def put_recording_days(self, days: int) -> None:
        """0: for ever."""
        self.redis.set(self.key("recording_days"), days)

    def get_recording_days(self) -> int:
        """0: for ever."""
        days = self.redis.get(self.key("recording_days"))
        return DEFAULT_RECORDING_DAYS if days is None else int(days)

    # the rest

    def _put(self, transaction: Transaction, entry: JournalEntry) -> None:
        pipeline = transaction.pipeline
        pipeline.set(self._entry_key(entry.entry_id), entry.model_dump_json())
        pipeline.zadd(self.key("by_start"), {entry.entry_id: entry.started_at.timestamp()})
        for recording in entry.recordings:
            started_at_s = recording.started_at.timestamp()
            pipeline.zadd(self.key("recordings"), {recording.recording_id: started_at_s})
            pipeline.sadd(self._recording_key(recording.recording_id), entry.entry_id)
        transaction.publish(JournalEntryChanged(entry=entry))

    def _recording_key(self, recording_id: str) -> str:
        return self.key("recording", recording_id)

    def _entry_key(self, entry_id: str) -> str:
        return self.key("entry", entry_id)


def _is_news(entry: JournalEntry, known: JournalEntry | None) -> bool:
    """Much of what happens to a call does not concern its entry: hold, mute, its live quality."""
    if known is None:
        return True
    if entry.revision <= known.revision:
        return False
    return entry.model_copy(update={"revision": known.revision}) != known
