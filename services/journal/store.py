"""Every Redis key of the journal service."""

from bus.store import Store
from contracts.errors import InvalidRequest
from contracts.journal import JournalEntry, JournalEntryChanged, JournalPage


class JournalStore(Store):
    """journal:entry:{entry_id}, journal:by_start, journal:position (in the outbox of sip)."""

    service = "journal"

    def get_position(self) -> str:
        return self.redis.get(self.key("position")) or ""

    def put_entries(self, entries: list[JournalEntry], position: str) -> None:
        """Entries and how far they reach, in one transaction; older revisions change nothing."""
        newest: dict[str, JournalEntry] = {}
        for entry in entries:
            newest[entry.entry_id] = entry
        with self.transaction() as transaction:
            for entry in newest.values():
                known = self._find(entry.entry_id)
                if known is not None and entry.revision <= known.revision:
                    continue
                pipeline = transaction.pipeline
                pipeline.set(self._entry_key(entry.entry_id), entry.model_dump_json())
                started_at_s = entry.started_at.timestamp()
                pipeline.zadd(self.key("by_start"), {entry.entry_id: started_at_s})
                transaction.publish(JournalEntryChanged(entry=entry))
            transaction.pipeline.set(self.key("position"), position)

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
        items = [entry for entry_id in shown if (entry := self._find(entry_id)) is not None]
        return JournalPage(items=items, next=shown[-1] if len(entry_ids) > limit else None)

    def _find(self, entry_id: str) -> JournalEntry | None:
        text = self.redis.get(self._entry_key(entry_id))
        return JournalEntry.model_validate_json(text) if text else None

    def _entry_key(self, entry_id: str) -> str:
        return self.key("entry", entry_id)
