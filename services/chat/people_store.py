"""Who is blocked and who asks to see our presence, in Redis, as the server told last."""

from collections.abc import Sequence

from redis import Redis

from bus.store import Store
from contracts.blocking import BlockList, BlockListChanged
from contracts.subscriptions import (
    SubscriptionRequest,
    SubscriptionRequests,
    SubscriptionRequestsChanged,
)


class PeopleStore(Store):
    """chat:block_list, chat:subscription_requests."""

    def __init__(self, redis: "Redis[str]") -> None:
        super().__init__(redis)
        self._block_list_key = self.key("block_list")
        self._requests_key = self.key("subscription_requests")

    def get_block_list(self) -> BlockList:
        text = self.redis.get(self._block_list_key)
        return BlockList.model_validate_json(text) if text else BlockList()

    def put_block_list(self, jids: Sequence[str], *, is_offered: bool) -> None:
        """Store and publish, unless nothing has changed. Only the engine's updates do so."""
        known = self.get_block_list()
        changed = BlockList(revision=known.revision, is_offered=is_offered, jids=tuple(jids))
        if changed == known:
            return
        changed = changed.model_copy(update={"revision": known.revision + 1})
        with self.transaction() as transaction:
            transaction.pipeline.set(self._block_list_key, changed.model_dump_json())
            transaction.publish(BlockListChanged(block_list=changed))

    def get_requests(self) -> SubscriptionRequests:
        text = self.redis.get(self._requests_key)
        return SubscriptionRequests.model_validate_json(text) if text else SubscriptionRequests()

    def put_requests(self, items: Sequence[SubscriptionRequest]) -> None:
        """Store and publish, unless nothing has changed. Only the engine's updates do so."""
        known = self.get_requests()
        if known.items == tuple(items):
            return
        changed = SubscriptionRequests(revision=known.revision + 1, items=tuple(items))
        with self.transaction() as transaction:
            transaction.pipeline.set(self._requests_key, changed.model_dump_json())
            transaction.publish(SubscriptionRequestsChanged(requests=changed))
