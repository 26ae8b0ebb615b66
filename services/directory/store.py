"""Every Redis key of the directory service."""

from redis import Redis
from redis.client import Pipeline

from bus.store import Store, Transaction
from contracts.directory import Contact, ContactChanged, ContactDeleted
from contracts.errors import NotFound
from services.directory.numbers import spellings


class DirectoryStore(Store):
    """directory:contacts (by contact_id), directory:numbers (contact_id by spelling of a number),
    directory:favourites, directory:region, directory:revision (of the last change)."""

    service = "directory"

    def __init__(self, redis: "Redis[str]") -> None:
        super().__init__(redis)
        self._contacts_key = self.key("contacts")
        self._numbers_key = self.key("numbers")
        self._favourites_key = self.key("favourites")
        self._region_key = self.key("region")
        self._revision_key = self.key("revision")

    def put_contacts(self, contacts: dict[str, Contact], region: str | None) -> None:
        """All that there are, by their ids; what differs is published. Stars are kept."""

        def replace(transaction: Transaction) -> None:
            pipeline = transaction.pipeline
            known = self._contacts(pipeline)
            favourites = pipeline.smembers(self._favourites_key)
            revision = self._revision(pipeline)
            pipeline.multi()
            for contact_id, contact in contacts.items():
                contact = contact.model_copy(update={"is_favourite": contact_id in favourites})
                if _is_same(contact, known.get(contact_id)):
                    continue
                revision += 1
                self._put(transaction, contact.model_copy(update={"revision": revision}))
            for contact_id in known.keys() - contacts.keys():
                revision += 1
                pipeline.hdel(self._contacts_key, contact_id)
                transaction.publish(ContactDeleted(contact_id=contact_id, revision=revision))
            self._put_numbers(pipeline, contacts, region)
            pipeline.set(self._revision_key, revision)

        self.watching(replace, self._revision_key)

    def mark_favourite(self, contact_id: str, *, is_favourite: bool) -> Contact:
        """Raises NotFound."""

        def mark(transaction: Transaction) -> Contact:
            pipeline = transaction.pipeline
            contact = self._find(contact_id, pipeline)
            if contact is None:
                raise NotFound(contact_id)
            if contact.is_favourite is is_favourite:
                return contact
            revision = self._revision(pipeline) + 1
            marked = contact.model_copy(update={"is_favourite": is_favourite, "revision": revision})
            pipeline.multi()
            put_star = pipeline.sadd if is_favourite else pipeline.srem
            put_star(self._favourites_key, contact_id)
            self._put(transaction, marked)
            pipeline.set(self._revision_key, revision)
            return marked

        return self.watching(mark, self._revision_key)

    def list_contacts(self) -> list[Contact]:
        return list(self._contacts(self.redis).values())

    def find_by_number(self, number: str) -> Contact | None:
        for spelling in spellings(number, self.redis.get(self._region_key)):
            contact_id = self.redis.hget(self._numbers_key, spelling)
            if contact_id is not None:
                return self._find(contact_id, self.redis)
        return None

    def _put(self, transaction: Transaction, contact: Contact) -> None:
        key = self._contacts_key
        transaction.pipeline.hset(key, contact.contact_id, contact.model_dump_json())
        transaction.publish(ContactChanged(contact=contact))

    def _put_numbers(
        self, pipeline: "Pipeline[str]", contacts: dict[str, Contact], region: str | None
    ) -> None:
        """Of people who share a number the first one has it."""
        ids: dict[str, str] = {}
        for contact in contacts.values():
            for number in contact.numbers:
                for spelling in spellings(number, region):
                    ids.setdefault(spelling, contact.contact_id)
        pipeline.delete(self._numbers_key, self._region_key)
        if ids:
            pipeline.hset(self._numbers_key, mapping=ids)
        if region is not None:
            pipeline.set(self._region_key, region)

    def _contacts(self, redis: "Redis[str]") -> dict[str, Contact]:
        found = redis.hgetall(self._contacts_key)
        return {key: Contact.model_validate_json(text) for key, text in found.items()}

    def _find(self, contact_id: str, redis: "Redis[str]") -> Contact | None:
        text = redis.hget(self._contacts_key, contact_id)
        return Contact.model_validate_json(text) if text else None

    def _revision(self, redis: "Redis[str]") -> int:
        return int(redis.get(self._revision_key) or 0)


def _is_same(contact: Contact, known: Contact | None) -> bool:
    """But for the revision."""
    return known is not None and contact == known.model_copy(update={"revision": contact.revision})
