"""Who asks to see our presence, and what they are answered (RFC 6121 section 3.1)."""

from collections.abc import Callable

import structlog
from pydantic import ValidationError
from slixmpp.stanza import Iq, Presence

from contracts.base import Model
from contracts.presence import LONGEST_STATUS
from contracts.subscriptions import MOST_REQUESTS, SubscriptionRequest
from services.chat.engine.client import XmppClient
from services.chat.engine.people_update import SubscriptionsUpdate
from services.chat.plain_text import one_line

log = structlog.get_logger(__name__)

ALL_TOLD_S = 1.0
"""By then a new stream has brought the requests that nobody has answered."""


class Subscriptions:
    """Follows one stream."""

    def __init__(self, client: XmppClient, emit: Callable[[Model], None]) -> None:
        self._client = client
        self._emit = emit
        self._waiting: dict[str, SubscriptionRequest] = {}
        self._told: SubscriptionsUpdate | None = None
        client.add_event_handler("session_start", self._begin)
        client.add_event_handler("presence_subscribe", self._hear)
        client.add_event_handler("presence_unsubscribe", self._withdraw)
        client.add_event_handler("roster_update", self._look)

    def snapshot(self) -> SubscriptionsUpdate | None:
        """None before the server has told them for the first time."""
        return self._told

    def answer(self, jid: str, *, is_accepted: bool) -> None:
        """Who may see us is asked the same, unless we may already."""
        self._client.send_presence(pto=jid, ptype="subscribed" if is_accepted else "unsubscribed")
        roster = self._client.client_roster
        if is_accepted and not (jid in roster and roster[jid]["to"]):
            self._client.send_presence(pto=jid, ptype="subscribe")
        if self._waiting.pop(jid, None):
            self._tell()

    def _begin(self, _event: object) -> None:
        self._waiting.clear()
        self._client.loop.call_later(ALL_TOLD_S, self._tell)

    def _hear(self, presence: Presence) -> None:
        jid = presence["from"].bare
        if len(self._waiting) >= MOST_REQUESTS and jid not in self._waiting:
            return
        try:
            text = one_line(presence["status"], LONGEST_STATUS)
            self._waiting[jid] = SubscriptionRequest(jid=jid, text=text)
        except ValidationError:
            log.info("subscription request ignored", domain=presence["from"].domain)
        else:
            self._tell()

    def _withdraw(self, presence: Presence) -> None:
        if self._waiting.pop(presence["from"].bare, None):
            self._tell()

    def _look(self, iq: Iq) -> None:
        """Whom another device of ours has let see us asks no longer."""
        for jid, values in iq["roster"]["items"].items():
            is_let = values["subscription"] in ("from", "both")
            if is_let and self._waiting.pop(jid.bare, None) is not None:
                self._tell()

    def _tell(self) -> None:
        update = SubscriptionsUpdate(items=tuple(self._waiting.values()))
        if update != self._told:
            self._told = update
            self._emit(update)
