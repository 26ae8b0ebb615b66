"""The directory service: who there is to talk to, and whose number it is."""

from bus.health import redis_health
from bus.outbox import store
from bus.rpc import rpc
from bus.settings import Settings
from contracts.directory import MAX_NUMBERS, Contact, DirectoryRpc, MarkFavourite
from contracts.errors import InvalidRequest
from contracts.health import PartHealth
from contracts.instance import ChangeProfile
from services.directory.people import contacts_of
from services.directory.store import DirectoryStore


class DirectoryService(DirectoryRpc):
    """Names of methods and what they raise: contracts/directory.py."""

    name = "directory"
    settings_class = Settings

    store = store(DirectoryStore)

    @rpc
    def change_profile(self, request: ChangeProfile) -> None:
        self.store.put_contacts(contacts_of(request.profile), request.profile.region)

    @rpc
    def list_contacts(self) -> list[Contact]:
        return self.store.list_contacts()

    @rpc
    def find_by_numbers(self, numbers: list[str]) -> dict[str, Contact]:
        if len(numbers) > MAX_NUMBERS:
            raise InvalidRequest(f"at most {MAX_NUMBERS} numbers at once")
        found = {number: self.store.find_by_number(number) for number in numbers}
        return {number: contact for number, contact in found.items() if contact is not None}

    @rpc
    def mark_favourite(self, request: MarkFavourite) -> Contact:
        return self.store.mark_favourite(request.contact_id, is_favourite=request.is_favourite)

    @rpc
    def health(self) -> list[PartHealth]:
        return [redis_health(self.store)]


SERVICE = DirectoryService
