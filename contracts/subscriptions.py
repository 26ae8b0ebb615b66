"""Who asks to see our presence (RFC 6121 section 3)."""

from typing import Literal

from contracts.base import Command, Event, Model
from contracts.identity import BareJid
from contracts.presence import StatusText

MOST_REQUESTS = 100


class SubscriptionRequest(Model):
    """Somebody asks."""

    jid: BareJid
    text: StatusText = ""
    """What they say along with it."""


class SubscriptionRequests(Model):
    """All that are not answered yet, in no order."""

    revision: int = 0
    items: tuple[SubscriptionRequest, ...] = ()


class AnswerSubscription(Command):
    """Whether they may see our presence. Who may is asked whether we may see theirs."""

    jid: BareJid
    is_accepted: bool


class SubscriptionRequestsChanged(Event):
    """Somebody asks, or was answered; here or on another device."""

    type: Literal["chat.subscription_requests.changed"] = "chat.subscription_requests.changed"
    requests: SubscriptionRequests


class SubscriptionRpc:
    """The part of ChatRpc that is about who sees our presence."""

    def list_subscription_requests(self) -> SubscriptionRequests:
        raise NotImplementedError

    def answer_subscription(self, request: AnswerSubscription) -> SubscriptionRequests:
        """Raises NotFound if nobody of this address asks, ChatDisconnected."""
        raise NotImplementedError
