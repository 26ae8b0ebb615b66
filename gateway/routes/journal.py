"""The journal."""

from pydantic import Field

from contracts.base import Model
from contracts.errors import InvalidRequest
from contracts.gateway import JournalList
from gateway.api import Api
from gateway.parts import parts

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
