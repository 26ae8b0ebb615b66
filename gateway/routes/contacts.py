"""The contact list."""

from pydantic import Field

from contracts.base import Model
from contracts.directory import Contact, MarkFavourite
from contracts.errors import InvalidRequest, NotFound
from contracts.gateway import ContactList, ContactPatch, ContactsByNumber
from gateway.api import Api
from gateway.parts import parts

api = Api("contacts")


class NumbersQuery(Model):
    """Numbers in any notation."""

    numbers: str = Field(max_length=4096, description="at most 100, separated by commas")


@api.operation("GET", "/api/v1/contacts")
def list_contacts() -> ContactList:
    """All contacts, in no order."""
    event_id = parts().event_log.last_id()
    return ContactList(items=parts().directory.list_contacts(), event_id=event_id)


@api.operation("GET", "/api/v1/contacts/by-number", errors=(InvalidRequest,))
def find_by_numbers(query: NumbersQuery) -> ContactsByNumber:
    """Whose numbers these are, in whatever notation."""
    return ContactsByNumber(items=parts().directory.find_by_numbers(query.numbers.split(",")))


@api.operation("PATCH", "/api/v1/contacts/<contact_id>", errors=(InvalidRequest, NotFound))
def change_contact(contact_id: str, body: ContactPatch) -> Contact:
    """Give a contact its star, or take it away."""
    return parts().directory.mark_favourite(
        MarkFavourite(contact_id=contact_id, is_favourite=body.is_favourite)
    )
