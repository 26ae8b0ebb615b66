"""Who may reach us, and who may see how we are."""

from bus.engine import on_engine
from bus.rpc import rpc
from contracts.blocking import BlockCommand, BlockingRpc, BlockList
from contracts.errors import NotFound
from contracts.subscriptions import AnswerSubscription, SubscriptionRequests, SubscriptionRpc
from services.chat.asking import AskingPart
from services.chat.engine.commands import ChatSnapshot
from services.chat.engine.people_update import BlockListUpdate, SubscriptionsUpdate


class PeoplePart(AskingPart, BlockingRpc, SubscriptionRpc):
    """The part of ChatService that is about blocking, and about who sees our presence."""

    @rpc
    def get_block_list(self) -> BlockList:
        return self.store.get_block_list()

    @rpc
    def block(self, request: BlockCommand) -> None:
        self.ask(lambda query_id: self.engine.set_blocked(query_id, request.jid, is_blocked=True))

    @rpc
    def unblock(self, request: BlockCommand) -> None:
        self.ask(lambda query_id: self.engine.set_blocked(query_id, request.jid, is_blocked=False))

    @rpc
    def list_subscription_requests(self) -> SubscriptionRequests:
        return self.store.get_requests()

    @rpc
    def answer_subscription(self, request: AnswerSubscription) -> SubscriptionRequests:
        self.require_account()
        if request.jid not in {each.jid for each in self.store.get_requests().items}:
            raise NotFound(request.jid)
        self.engine.answer_subscription(request.jid, is_accepted=request.is_accepted)
        left = [each for each in self.store.get_requests().items if each.jid != request.jid]
        self.store.put_requests(left)
        return self.store.get_requests()

    @on_engine(ChatSnapshot)
    def people_told(self, update: ChatSnapshot) -> None:
        if update.block_list is not None:
            self.block_list_updated(update.block_list)
        if update.subscriptions is not None:
            self.subscriptions_updated(update.subscriptions)

    @on_engine(BlockListUpdate)
    def block_list_updated(self, update: BlockListUpdate) -> None:
        self.store.put_block_list(update.jids, is_offered=update.is_offered)

    @on_engine(SubscriptionsUpdate)
    def subscriptions_updated(self, update: SubscriptionsUpdate) -> None:
        self.store.put_requests(update.items)
