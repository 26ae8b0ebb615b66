"""Incoming calls before they are answered: the person's rules, kept and applied."""

from contextlib import suppress
from datetime import UTC, datetime

from redis import RedisError

from bus.rpc import rpc
from contracts.errors import CallNotFound, DeadlineExceeded, EngineDown, InvalidRequest
from contracts.identity import SipUri
from contracts.incoming import (
    Callers,
    ChangeIncomingRules,
    Forwarding,
    IncomingPreview,
    IncomingRpc,
    IncomingRules,
)
from contracts.phones import OwnPhone
from contracts.sip import PlaceCall
from services.sip.calls import keeps_busy
from services.sip.incoming import suspended, verdict
from services.sip.phones import phone_for
from services.sip.server_telling import ServerTellingPart
from services.sip.targets import Undiallable, target_uri


class AnsweringPart(ServerTellingPart, IncomingRpc):
    """The part of SipService that is about what callers get."""

    @rpc
    def get_incoming_rules(self) -> IncomingRules:
        return self.store.get_incoming_rules()

    @rpc
    def change_incoming_rules(self, request: ChangeIncomingRules) -> IncomingRules:
        changes = {
            name: getattr(request.patch, name)
            for name in request.patch.model_fields_set
            if getattr(request.patch, name) is not None
        }
        if changes.keys() - {"phones"}:  # who makes a rule now wants it to hold
            changes["suspended_until"] = None
        rules = self.store.get_incoming_rules().model_copy(update=changes)
        self._check(rules)
        return self._apply(rules)

    @rpc
    def preview_incoming(self) -> IncomingPreview:
        rules, now = self.store.get_incoming_rules(), datetime.now(UTC)
        is_busy = any(keeps_busy(call) for call in self.store.running_calls())
        internal, external = (
            verdict(rules, caller, now, is_busy=is_busy)
            for caller in (Callers.INTERNAL, Callers.EXTERNAL)
        )
        return IncomingPreview(internal=internal, external=external)

    @rpc
    def acknowledge_ringing(self, call_id: str) -> None:
        with suppress(CallNotFound):  # it is over
            self.engine.acknowledge_ringing(call_id)

    def put_through_rescuers(self) -> None:
        """After an emergency call; the engine does so by itself, however Redis is."""
        with suppress(RedisError):
            rules = self.store.get_incoming_rules()
            self.store.put_incoming_rules(suspended(rules, datetime.now(UTC)))
            self.agree_with_server()

    def phone_for(self, request: PlaceCall, uri: SipUri) -> tuple[OwnPhone, SipUri] | None:
        """The telephone to make a call on, and how it is called; None: here.

        Raises InvalidRequest.
        """
        phone = phone_for(self.store.get_incoming_rules().phones, request.phone)
        if phone is None:
            return None
        try:
            phone_uri = target_uri(phone.number, self.account().profile.domain)
        except Undiallable as error:
            raise InvalidRequest(error.problem, field="phone") from error
        return None if phone_uri == uri else (phone, phone_uri)

    def _apply(self, rules: IncomingRules) -> IncomingRules:
        kept = self.store.put_incoming_rules(rules)
        with suppress(EngineDown, DeadlineExceeded):  # a new one is told when it comes
            self.engine.put_incoming_rules(kept)
        self.agree_with_server()
        return self.store.get_incoming_rules()

    def _check(self, rules: IncomingRules) -> None:
        account = self.account()
        if sum(phone.places_calls for phone in rules.phones) > 1:
            raise InvalidRequest("calls start on one phone", field="phones")
        forwardings: dict[str, Forwarding] = {
            "always": rules.always,
            "busy": rules.busy,
            "no_answer": rules.no_answer,
            "follow_me": rules.follow_me,
        }
        for name, forwarding in forwardings.items():
            if not forwarding.is_on and forwarding.target == "":
                continue
            try:
                uri = target_uri(forwarding.target, account.profile.domain)
            except Undiallable as error:
                raise InvalidRequest(error.problem, field=name) from error
            if uri == f"sip:{account.user}@{account.profile.domain}":
                raise InvalidRequest("calls would come back here", field=name)
