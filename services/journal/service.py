"""The journal service: every call from its first ring on, fed by the sip service alone."""

from bus.events import on_change
from bus.health import redis_health
from bus.rpc import rpc, rpc_client
from bus.settings import Settings
from contracts.errors import InvalidRequest
from contracts.health import PartHealth
from contracts.journal import JournalPage, JournalRpc
from contracts.sip import CallChanged, SipRpc
from services.journal.entries import entry_of
from services.journal.missed import MissedPart
from services.journal.recordings import RecordingPart

CHANGES_PER_PAGE = 200
LARGEST_PAGE = 200


class JournalService(RecordingPart, MissedPart, JournalRpc):
    """Names of methods and what they raise: contracts/journal.py."""

    name = "journal"
    settings_class = Settings

    sip = rpc_client("sip", SipRpc)

    @on_change(CallChanged)
    def follow_calls(self) -> None:
        """Take over what the sip service has published since the last time."""
        position, more = self.store.get_position(), True
        while more:
            page = self.sip.call_changes(position, CHANGES_PER_PAGE)
            if page.position != position:
                self.store.put_entries(
                    [entry_of(event.call) for event in page.events], page.position
                )
            position, more = page.position, page.more

    @rpc
    def list_entries(self, after: str | None, limit: int) -> JournalPage:
        if not 1 <= limit <= LARGEST_PAGE:
            raise InvalidRequest(f"limit must be between 1 and {LARGEST_PAGE}")
        return self.store.page(after, limit)

    @rpc
    def health(self) -> list[PartHealth]:
        return [redis_health(self.store)]


SERVICE = JournalService
