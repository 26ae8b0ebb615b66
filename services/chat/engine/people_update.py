"""What the engine says of who may reach us, and of who asks to see how we are."""

from contracts.base import Model
from contracts.identity import BareJid
from contracts.subscriptions import SubscriptionRequest


class BlockListUpdate(Model):
    """Everybody who is blocked."""

    is_offered: bool
    jids: tuple[BareJid, ...] = ()


class SubscriptionsUpdate(Model):
    """All requests that are not answered."""

    items: tuple[SubscriptionRequest, ...] = ()
