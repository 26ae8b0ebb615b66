"""The journal."""

from pydantic import Field

from contracts.base import Model
from contracts.errors import InvalidRequest, NotFound
from contracts.gateway import JournalList, JournalSeen
from contracts.missed_calls import MissedCalls, SeeMissedCalls
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("journal")


class JournalQuery(Model):
    """Which page of the journal."""

    after: str | None = Field(default=None, max_length=64, description="`next` of the page before")
    limit: int = Field(default=50, ge=1, le=200)


@api.operation("GET", "/api/v1/journal", errors=(InvalidRequest,))
def list_entries(query: JournalQuery) -> JournalList:
    """Calls from their first ring on, newest first."""
    event_id = parts().event_log.last_id()
    page = parts().journal.list_entries(query.after, query.limit)
    return JournalList(items=page.items, next=page.next, event_id=event_id)


@api.operation("GET", "/api/v1/journal/missed-calls")
def get_missed_calls() -> MissedCalls:
    """How many calls were missed since somebody looked at the journal, on whichever screen."""
    return parts().journal.get_missed_calls()


@api.operation("POST", "/api/v1/journal/seen", errors=(InvalidRequest, NotFound))
def see_missed_calls(body: JournalSeen) -> MissedCalls:
    """Somebody has looked at the journal."""
    request = SeeMissedCalls(entry_id=body.entry_id, **request_id())
    return parts().journal.see_missed_calls(request)
