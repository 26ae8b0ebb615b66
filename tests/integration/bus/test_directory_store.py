"""The directory's store on a real Redis: what is published, and what outlives a change."""

import pytest

from bus.store import connect
from contracts.base import Event
from contracts.directory import Contact, ContactChanged, ContactDeleted
from contracts.errors import NotFound
from contracts.instance import InstanceProfile, Person
from services.directory.people import contacts_of
from services.directory.store import DirectoryStore

BOB = Person(name="Bob", jid="bob@example.com", numbers=("102", "03012345678"))
ERIN = Person(name="Erin", numbers=("+442079460018",))


@pytest.fixture
def store(redis_uri: str) -> DirectoryStore:
    return DirectoryStore(connect(redis_uri))


def employ(store: DirectoryStore, *people: Person, region: str | None = "DE") -> None:
    profile = InstanceProfile(name="x", domain="example.com", people=people, region=region)
    store.put_contacts(contacts_of(profile), region)


def by_name(store: DirectoryStore) -> dict[str, Contact]:
    return {contact.name: contact for contact in store.list_contacts()}


def published(store: DirectoryStore, kind: type[Event]) -> list[Event]:
    return store.changes(kind, "", 100).events


def test_only_what_differs_is_published_and_each_change_has_a_later_revision(store):
    employ(store, BOB)
    employ(store, BOB, ERIN)
    employ(store, BOB)
    employ(store, BOB, ERIN.model_copy(update={"name": "Erin E."}))

    changed, deleted = published(store, ContactChanged), published(store, ContactDeleted)
    assert [event.contact.name for event in changed] == ["Bob", "Erin", "Erin E."]
    erin, back = changed[1].contact, changed[2].contact
    assert [event.contact_id for event in deleted] == [erin.contact_id] == [back.contact_id]
    assert erin.revision < deleted[0].revision < back.revision


def test_a_star_outlives_the_absence_of_its_contact(store):
    employ(store, BOB, ERIN)
    erin = store.mark_favourite(by_name(store)["Erin"].contact_id, is_favourite=True)
    employ(store, BOB)
    with pytest.raises(NotFound):
        store.mark_favourite(erin.contact_id, is_favourite=False)
    employ(store, BOB, ERIN)
    assert by_name(store)["Erin"].is_favourite
    assert not by_name(store)["Bob"].is_favourite


def test_a_star_given_while_the_profile_changes_is_not_lost(store, monkeypatch):
    """The profile arrives between reading Bob and writing him: he is read once more."""
    employ(store, BOB)
    renamed = BOB.model_copy(update={"name": "Bob Baker"})
    find, calls = store._find, []

    def find_while_others_write(contact_id, redis):
        found = find(contact_id, redis)
        if not calls:
            calls.append(contact_id)
            employ(store, renamed)
        return found

    monkeypatch.setattr(store, "_find", find_while_others_write)
    store.mark_favourite(by_name(store)["Bob"].contact_id, is_favourite=True)
    (bob,) = store.list_contacts()
    assert (bob.name, bob.is_favourite) == ("Bob Baker", True)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        ("102", "Bob"),
        ("+49 (0)30 / 12345678", "Bob"),
        ("+493012345678", "Bob"),
        ("0044 20 7946 0018", "Erin"),
        ("103", None),
        ("", None),
        ("bob", None),
    ],
)
def test_whose_number_it_is_in_any_notation(store, number, name):
    employ(store, BOB, ERIN)
    found = store.find_by_number(number)
    assert (found and found.name) == name


def test_a_number_that_nobody_has_any_more_is_nobodys(store):
    employ(store, BOB, ERIN)
    employ(store, ERIN)
    assert store.find_by_number("102") is None
