"""Missed calls: how many of them nobody has seen."""

from bus.rpc import rpc
from contracts.errors import NotFound
from contracts.missed_calls import MissedCalls, MissedCallsRpc, SeeMissedCalls
from services.journal.store import JournalStore


class MissedPart(MissedCallsRpc):
    """The part of JournalService that is about missed calls."""

    store: JournalStore

    @rpc
    def get_missed_calls(self) -> MissedCalls:
        return self.store.get_missed()

    @rpc
    def see_missed_calls(self, request: SeeMissedCalls) -> MissedCalls:
        entry = self.store.find(request.entry_id)
        if entry is None:
            raise NotFound(request.entry_id)
        return self.store.see_missed(entry.started_at)
