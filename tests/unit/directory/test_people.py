"""Contacts from the people of a profile."""

import pytest
from pydantic import ValidationError

from contracts.instance import InstanceProfile, Person
from services.directory.people import contacts_of

BOB = Person(name="Bob Baker", jid="bob@example.com", numbers=("102", "+442079460018"))


def profile(*people: Person) -> InstanceProfile:
    return InstanceProfile(name="example", domain="example.com", people=people)


def id_of(person: Person) -> str:
    (contact_id,) = contacts_of(profile(person))
    return contact_id


def test_a_person_is_a_contact_without_a_star():
    (contact,) = contacts_of(profile(BOB)).values()
    assert (contact.name, contact.jid, contact.numbers) == (BOB.name, BOB.jid, BOB.numbers)
    assert not contact.is_favourite


def test_a_person_keeps_the_id_when_the_name_and_the_numbers_change():
    assert id_of(BOB) == id_of(Person(name="Bob Carter", jid="Bob@Example.com", numbers=("109",)))


def test_people_without_a_jid_are_told_apart_by_their_number():
    front, back = (Person(name="Door", numbers=(number,)) for number in ("201", "202"))
    assert id_of(front) != id_of(back)


def test_who_is_listed_twice_counts_once():
    assert len(contacts_of(profile(BOB, BOB))) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Nobody"},
        {"name": "", "numbers": ["1"]},
        {"name": "Bob", "numbers": ["call me"]},
        {"name": "Bob", "jid": "bob@example.com/phone"},
        {"name": "Bob", "jid": "example.com"},
    ],
)
def test_a_person_who_cannot_be_reached_is_refused(wrong):
    with pytest.raises(ValidationError):
        Person.model_validate(wrong)
