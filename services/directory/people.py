"""From the people of an instance profile to contacts."""

from uuid import NAMESPACE_URL, uuid5

from contracts.directory import Contact
from contracts.instance import InstanceProfile, Person


def contacts_of(profile: InstanceProfile) -> dict[str, Contact]:
    """By their ids; not starred, and of revision 0. Who is listed twice counts once."""
    contacts: dict[str, Contact] = {}
    for person in profile.people:
        contact_id = _contact_id(person)
        contacts.setdefault(
            contact_id,
            Contact(
                contact_id=contact_id,
                revision=0,
                name=person.name,
                jid=person.jid,
                numbers=person.numbers,
                is_favourite=False,
            ),
        )
    return contacts


def _contact_id(person: Person) -> str:
    """Follows from what stays the same when a name or another number changes."""
    uri = f"xmpp:{person.jid}" if person.jid else f"tel:{person.numbers[0]}"
    return uuid5(NAMESPACE_URL, uri).hex
