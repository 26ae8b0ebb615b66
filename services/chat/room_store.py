"""Rooms in Redis, and invitations that are not taken yet."""

from redis import Redis

from bus.store import Transaction
from contracts.rooms import Room, RoomChanged
from services.chat.engine.room_commands import Invitation, Seat
from services.chat.roster_store import RosterStore

MOST_INVITATIONS = 50
"""Of people who are no contacts."""


class RoomRecord(Room):
    """A room, and what nobody else needs to know of it."""

    seat: Seat
    is_shown: bool = False
    """We have been in it."""
    is_bookmarked: bool = False
    """Our other clients know of it."""
    is_caught_up: bool = False
    """What is in its archive when we first read it is nothing new to us."""
    has_archive: bool = True


class RoomStore(RosterStore):
    """chat:rooms (by address), chat:room_revision (of all together), chat:invitations."""

    def __init__(self, redis: "Redis[str]") -> None:
        super().__init__(redis)
        self._rooms_key = self.key("rooms")
        self._room_revision_key = self.key("room_revision")
        self._invitations_key = self.key("invitations")

    def room_ids(self) -> set[str]:
        return set(self.redis.hkeys(self._rooms_key))

    def list_rooms(self) -> list[RoomRecord]:
        """Also those that we have not been in yet."""
        return [RoomRecord.model_validate_json(text) for text in self.redis.hvals(self._rooms_key)]

    def find_room(self, conversation_id: str) -> RoomRecord | None:
        text = self.redis.hget(self._rooms_key, conversation_id)
        return RoomRecord.model_validate_json(text) if text else None

    def put_room(self, record: RoomRecord) -> RoomRecord:
        """Store, and publish what others see of it, unless nothing has changed."""
        known = self.find_room(record.conversation_id)
        same = known and record.model_copy(update={"revision": known.revision})
        if known is not None and same == known:
            return known
        is_news = record.is_shown and (known is None or shown(record) != shown(known))
        revision = int(self.redis.incr(self._room_revision_key)) if is_news else record.revision
        numbered = record.model_copy(update={"revision": revision})
        with self.transaction() as transaction:
            transaction.pipeline.hset(
                self._rooms_key, record.conversation_id, numbered.model_dump_json()
            )
            if is_news:
                transaction.publish(RoomChanged(room=room_of(numbered)))
        return numbered

    def delete_room(self, conversation_id: str) -> None:
        """One that nobody has seen."""
        self.redis.hdel(self._rooms_key, conversation_id)

    def invitations(self) -> list[Invitation]:
        texts = self.redis.hvals(self._invitations_key)
        return [Invitation.model_validate_json(text) for text in texts]

    def _keep_invitation(self, transaction: Transaction, invitation: Invitation) -> None:
        """The latest into a room; beyond the most of them, not."""
        is_full = self.redis.hlen(self._invitations_key) >= MOST_INVITATIONS
        if not is_full:
            transaction.pipeline.hset(
                self._invitations_key, invitation.conversation_id, invitation.model_dump_json()
            )

    def delete_invitations(self, conversation_ids: list[str]) -> None:
        if conversation_ids:
            self.redis.hdel(self._invitations_key, *conversation_ids)

    def _room_keys(self) -> list[str]:
        return [self._rooms_key, self._invitations_key]


def room_of(record: RoomRecord) -> Room:
    """What others see."""
    return Room.model_validate(record.model_dump())


def shown(record: RoomRecord) -> dict[str, object]:
    """All of that but the revision."""
    return record.model_dump(include=set(Room.model_fields) - {"revision"})
