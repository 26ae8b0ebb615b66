"""The roster in Redis, and what others are told of us."""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from redis import Redis

from bus.store import Store, Transaction
from contracts.identity import BareJid
from contracts.presence import OwnPresence, OwnPresenceChanged
from contracts.roster import MOST_CHANGES, RosterChanged, RosterItem


class RosterStore(Store):
    """chat:roster (by jid), chat:roster_revision (of all items together), chat:presence (ours)."""

    def __init__(self, redis: "Redis[str]") -> None:
        super().__init__(redis)
        self._roster_key = self.key("roster")
        self._roster_revision_key = self.key("roster_revision")
        self._presence_key = self.key("presence")

    def list_roster(self) -> list[RosterItem]:
        found = self.redis.hvals(self._roster_key)
        return [RosterItem.model_validate_json(text) for text in found]

    def put_roster(self, items: Sequence[RosterItem], deleted: Sequence[BareJid]) -> None:
        """Store and publish what differs from what is known."""
        if items or deleted:
            known = self._find([item.jid for item in items] + list(deleted))
            self._change_roster(items, deleted, known)

    def replace_roster(self, items: Sequence[RosterItem]) -> None:
        """These are all that there are."""
        known = {item.jid: item for item in self.list_roster()}
        self._change_roster(items, known.keys() - {item.jid for item in items}, known)

    def get_presence(self) -> OwnPresence:
        text = self.redis.get(self._presence_key)
        return OwnPresence.model_validate_json(text) if text else OwnPresence()

    def change_presence(self, change: Callable[[OwnPresence], OwnPresence]) -> OwnPresence:
        """Store and publish what `change` makes of it, unless that is the same."""

        def put(transaction: Transaction) -> OwnPresence:
            text = transaction.pipeline.get(self._presence_key)
            known = OwnPresence.model_validate_json(text) if text else OwnPresence()
            changed = change(known)
            if changed == known:
                return known
            changed = changed.model_copy(update={"revision": known.revision + 1})
            transaction.pipeline.multi()
            transaction.pipeline.set(self._presence_key, changed.model_dump_json())
            transaction.publish(OwnPresenceChanged(presence=changed))
            return changed

        return self.watching(put, self._presence_key)

    def _find(self, jids: list[BareJid]) -> dict[BareJid, RosterItem]:
        texts = self.redis.hmget(self._roster_key, jids)
        items = [RosterItem.model_validate_json(text) for text in texts if text]
        return {item.jid: item for item in items}

    def _change_roster(
        self,
        items: Iterable[RosterItem],
        deleted: Iterable[BareJid],
        known: dict[BareJid, RosterItem],
    ) -> None:
        """Only the engine's updates do so, one after another."""
        changed = (item for item in items if not _is_same(item, known.get(item.jid)))
        gone = (jid for jid in deleted if jid in known)
        while True:
            batch = list(islice(changed, MOST_CHANGES)), list(islice(gone, MOST_CHANGES))
            if not any(batch):
                return
            with self.transaction() as transaction:
                self._write(transaction, *batch)

    def _write(
        self, transaction: Transaction, changed: list[RosterItem], deleted: list[BareJid]
    ) -> None:
        revision = self.redis.incr(self._roster_revision_key)
        items = tuple(item.model_copy(update={"revision": revision}) for item in changed)
        if items:
            texts = {item.jid: item.model_dump_json() for item in items}
            transaction.pipeline.hset(self._roster_key, mapping=texts)
        if deleted:
            transaction.pipeline.hdel(self._roster_key, *deleted)
        transaction.publish(RosterChanged(revision=revision, items=items, deleted=tuple(deleted)))


def _is_same(item: RosterItem, known: RosterItem | None) -> bool:
    """But for the revision."""
    return known is not None and item == known.model_copy(update={"revision": item.revision})
