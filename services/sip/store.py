"""Every Redis key of the sip service."""

from collections.abc import Callable

from redis import Redis

from bus.store import Transaction
from contracts.errors import CallNotFound
from contracts.incoming import IncomingRules, IncomingRulesChanged, RuleName, ServerUse
from contracts.registration import Registration, RegistrationChanged, RegistrationState
from contracts.sip import Call, CallChanged, CallState
from contracts.voicemail import Voicemail, VoicemailChanged
from services.sip.engine.commands import Dialog
from services.sip.lamp_store import LampStore
from services.sip.server_rules import Told

KEEP_ENDED_S = 3600
NEVER_REGISTERED = Registration(revision=0, state=RegistrationState.TERMINATED)


class SipStore(LampStore):
    """sip:call:{call_id}, sip:calls (those that have not ended), sip:dialog:{call_id} (of confirmed
    calls), sip:registration, sip:voicemail, sip:incoming_rules,
    sip:told_rules, sip:account; those of the lamps are in LampStore."""

    service = "sip"

    def __init__(self, redis: "Redis[str]") -> None:
        super().__init__(redis)
        self._calls_key = self.key("calls")
        self._registration_key = self.key("registration")
        self._rules_key = self.key("incoming_rules")
        self._voicemail_key = self.key("voicemail")
        self._account_key = self.key("account")
        self._told_key = self.key("told_rules")

    # calls

    def put_call(self, call: Call, dialog: Dialog | None = None) -> None:
        """Store and publish; an older revision than the stored one changes nothing.

        Without a dialog the call keeps the one that is known, until its end.
        """
        key = self._call_key(call.call_id)
        has_ended = call.state is CallState.TERMINATED

        def put(transaction: Transaction) -> None:
            pipeline = transaction.pipeline
            known = pipeline.get(key)
            if known and call.revision <= Call.model_validate_json(known).revision:
                return
            pipeline.multi()
            pipeline.set(key, call.model_dump_json(), ex=KEEP_ENDED_S if has_ended else None)
            if has_ended:
                pipeline.srem(self._calls_key, call.call_id)
                pipeline.delete(self._dialog_key(call.call_id))
            else:
                pipeline.sadd(self._calls_key, call.call_id)
                if dialog is not None:
                    pipeline.set(self._dialog_key(call.call_id), dialog.model_dump_json())
            transaction.publish(CallChanged(call=call))

        self.watching(put, key)

    def get_call(self, call_id: str) -> Call:
        """Raises CallNotFound."""
        call = self.find_call(call_id)
        if call is None:
            raise CallNotFound(call_id, call_id=call_id)
        return call

    def running_calls(self) -> list[Call]:
        """Oldest first."""
        call_ids = self.redis.smembers(self._calls_key)
        calls = [call for call_id in call_ids if (call := self.find_call(call_id)) is not None]
        return sorted(calls, key=lambda call: call.started_at)

    def find_call(self, call_id: str) -> Call | None:
        text = self.redis.get(self._call_key(call_id))
        return Call.model_validate_json(text) if text else None

    def find_dialog(self, call_id: str) -> Dialog | None:
        """None unless the call is confirmed."""
        text = self.redis.get(self._dialog_key(call_id))
        return Dialog.model_validate_json(text) if text else None

    # the account

    def put_registration(self, registration: Registration) -> None:
        """Store and publish with the next revision, unless nothing has changed."""
        known = self.get_registration()
        numbered = registration.model_copy(update={"revision": known.revision + 1})
        if registration.model_copy(update={"revision": known.revision}) == known:
            return
        with self.transaction() as transaction:
            transaction.pipeline.set(self._registration_key, numbered.model_dump_json())
            transaction.publish(RegistrationChanged(registration=numbered))

    def get_registration(self) -> Registration:
        text = self.redis.get(self._registration_key)
        return Registration.model_validate_json(text) if text else NEVER_REGISTERED

    def put_voicemail(self, voicemail: Voicemail) -> None:
        """Store and publish with the next revision, unless nothing has changed."""
        known = self.get_voicemail()
        if voicemail.model_copy(update={"revision": known.revision}) == known:
            return
        numbered = voicemail.model_copy(update={"revision": known.revision + 1})
        with self.transaction() as transaction:
            transaction.pipeline.set(self._voicemail_key, numbered.model_dump_json())
            transaction.publish(VoicemailChanged(voicemail=numbered))

    def get_voicemail(self) -> Voicemail:
        text = self.redis.get(self._voicemail_key)
        return Voicemail.model_validate_json(text) if text else Voicemail()

    def put_incoming_rules(self, rules: IncomingRules) -> IncomingRules:
        """Store and publish with the next revision; as they are then."""
        return self._change_rules(lambda known: rules.model_copy(update={"server": known.server}))

    def put_server_use(self, server: dict[RuleName, ServerUse]) -> None:
        """The same of what the server does with them."""
        if server != self.get_incoming_rules().server:
            self._change_rules(lambda known: known.model_copy(update={"server": server}))

    def get_incoming_rules(self) -> IncomingRules:
        text = self.redis.get(self._rules_key)
        return IncomingRules.model_validate_json(text) if text else IncomingRules()

    def put_told_rule(self, name: RuleName, told: Told) -> None:
        self.redis.hset(self._told_key, name, told.model_dump_json())

    def told_rules(self) -> dict[RuleName, Told]:
        """What the server was told of each."""
        told = self.redis.hgetall(self._told_key)
        return {RuleName(name): Told.model_validate_json(text) for name, text in told.items()}

    def put_sealed_account(self, sealed: str | None) -> None:
        """None: nothing is remembered."""
        if sealed is None:
            self.redis.delete(self._account_key)
        else:
            self.redis.set(self._account_key, sealed)

    def get_sealed_account(self) -> str | None:
        sealed: str | None = self.redis.get(self._account_key)
        return sealed

    def _change_rules(self, change: Callable[[IncomingRules], IncomingRules]) -> IncomingRules:
        def put(transaction: Transaction) -> IncomingRules:
            text = transaction.pipeline.get(self._rules_key)
            known = IncomingRules.model_validate_json(text) if text else IncomingRules()
            numbered = change(known).model_copy(update={"revision": known.revision + 1})
            transaction.pipeline.multi()
            transaction.pipeline.set(self._rules_key, numbered.model_dump_json())
            transaction.publish(IncomingRulesChanged(rules=numbered))
            return numbered

        return self.watching(put, self._rules_key)

    def _call_key(self, call_id: str) -> str:
        return self.key("call", call_id)

    def _dialog_key(self, call_id: str) -> str:
        return self.key("dialog", call_id)
