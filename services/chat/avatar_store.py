"""Who has which picture, in Redis; the pictures themselves are files."""

from redis import Redis

from bus.store import Store, Transaction
from contracts.avatars import Avatar, AvatarChanged


class AvatarStore(Store):
    """chat:avatars (by jid), chat:avatar_revision (of all together)."""

    def __init__(self, redis: "Redis[str]") -> None:
        super().__init__(redis)
        self._avatars_key = self.key("avatars")
        self._avatar_revision_key = self.key("avatar_revision")

    def list_avatars(self) -> list[Avatar]:
        texts = self.redis.hvals(self._avatars_key)
        return [Avatar.model_validate_json(text) for text in texts]

    def get_avatar(self, jid: str) -> Avatar:
        text = self.redis.hget(self._avatars_key, jid)
        if text:
            return Avatar.model_validate_json(text)
        return Avatar(jid=jid, revision=0, avatar_id=None)

    def put_avatar(self, jid: str, avatar_id: str | None) -> Avatar:
        """Store and publish, unless nothing has changed."""
        known = self.get_avatar(jid)
        if known.avatar_id == avatar_id:
            return known
        revision = int(self.redis.incr(self._avatar_revision_key))
        avatar = Avatar(jid=jid, revision=revision, avatar_id=avatar_id)
        with self.transaction() as transaction:
            self._write_avatar(transaction, avatar)
        return avatar

    def is_shown(self, avatar_id: str) -> bool:
        """Whether anybody has this picture."""
        return any(each.avatar_id == avatar_id for each in self.list_avatars())

    def _write_avatar(self, transaction: Transaction, avatar: Avatar) -> None:
        if avatar.avatar_id is None:
            transaction.pipeline.hdel(self._avatars_key, avatar.jid)
        else:
            transaction.pipeline.hset(self._avatars_key, avatar.jid, avatar.model_dump_json())
        transaction.publish(AvatarChanged(avatar=avatar))
