"""Missed calls in Redis."""

from collections.abc import Iterable
from datetime import datetime

from redis import Redis

from bus.store import Store, Transaction
from contracts.journal import JournalEntry, JournalResult
from contracts.missed_calls import MissedCalls, MissedCallsChanged


class MissedStore(Store):
    """journal:missed (entries that nobody has seen, by their start), journal:missed_revision."""

    def __init__(self, redis: "Redis[str]") -> None:
        super().__init__(redis)
        self.missed_key = self.key("missed")
        self._missed_revision_key = self.key("missed_revision")

    def get_missed(self) -> MissedCalls:
        revision = int(self.redis.get(self._missed_revision_key) or 0)
        return MissedCalls(revision=revision, calls=self.redis.zcard(self.missed_key))

    def see_missed(self, up_to: datetime) -> MissedCalls:
        """Those that began until then."""

        def see(transaction: Transaction) -> MissedCalls:
            seen = transaction.pipeline.zcount(self.missed_key, "-inf", up_to.timestamp())
            known = self.get_missed()
            transaction.pipeline.multi()
            if not seen:
                return known
            transaction.pipeline.zremrangebyscore(self.missed_key, "-inf", up_to.timestamp())
            return self._tell(transaction, known, -seen)

        return self.watching(see, self.missed_key)

    def add_missed(
        self, transaction: Transaction, entries: Iterable[JournalEntry], known: MissedCalls
    ) -> None:
        """`known` is of the same transaction, which watches."""
        started = {each.entry_id: each.started_at.timestamp() for each in entries}
        if started:
            transaction.pipeline.zadd(self.missed_key, started)
            self._tell(transaction, known, len(started))

    def _tell(self, transaction: Transaction, known: MissedCalls, more: int) -> MissedCalls:
        changed = MissedCalls(revision=known.revision + 1, calls=known.calls + more)
        transaction.pipeline.set(self._missed_revision_key, changed.revision)
        transaction.publish(MissedCallsChanged(missed_calls=changed))
        return changed


def is_missed(entry: JournalEntry | None) -> bool:
    """Whether somebody should know of it."""
    return entry is not None and entry.result is JournalResult.MISSED
