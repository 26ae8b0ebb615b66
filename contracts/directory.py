"""What the directory service says and understands."""

from typing import Literal

from contracts.base import Command, Event, Model
from contracts.health import PartHealth
from contracts.identity import BareJid, PhoneNumber
from contracts.instance import ChangeProfile

MAX_NUMBERS = 100
"""Looked up at once."""


class Contact(Model):
    """Somebody in the contact list, whole; `revision` grows with each change of any contact."""

    contact_id: str
    """The same for the same person, also when the profile is read anew."""
    revision: int
    name: str
    jid: BareJid | None
    numbers: tuple[PhoneNumber, ...]
    """As the instance writes them; the first is what is dialled."""
    is_favourite: bool


class MarkFavourite(Command):
    """Give a contact its star, or take it away."""

    needs_room = True

    contact_id: str
    is_favourite: bool


class ContactChanged(Event):
    """A contact was added or changed."""

    type: Literal["directory.contact.changed"] = "directory.contact.changed"
    contact: Contact


class ContactDeleted(Event):
    """A contact is no longer there. If it comes back, its revision is a later one."""

    type: Literal["directory.contact.deleted"] = "directory.contact.deleted"
    contact_id: str
    revision: int


class DirectoryRpc:
    """RPC interface of the directory service."""

    def change_profile(self, request: ChangeProfile) -> None:
        """Take the people of this profile for the contacts, and its region for numbers.

        Stars stay, even those of people who are gone.
        """
        raise NotImplementedError

    def list_contacts(self) -> list[Contact]:
        """All of them, in no order."""
        raise NotImplementedError

    def find_by_numbers(self, numbers: list[str]) -> dict[str, Contact]:
        """Whose numbers these are, in whatever notation; those that are nobody's are left out.

        Raises InvalidRequest if there are more than `MAX_NUMBERS`.
        """
        raise NotImplementedError

    def mark_favourite(self, request: MarkFavourite) -> Contact:
        """Raises NotFound."""
        raise NotImplementedError

    def health(self) -> list[PartHealth]:
        raise NotImplementedError
