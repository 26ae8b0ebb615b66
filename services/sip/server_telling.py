"""Telling the server which rules it is to apply, until it knows."""

from contextlib import suppress
from datetime import UTC, datetime

from bus.engine import EngineState, on_engine
from bus.timer import every
from contracts.errors import DeadlineExceeded, EngineDown, SignedOut
from contracts.registration import RegistrationState
from services.sip.account import AccountPart
from services.sip.engine.commands import FeatureCodeUpdate
from services.sip.server_rules import Told, answered, is_due, use_of, wanted_codes
from services.sip.targets import target_uri

CHECK_PERIOD_S = 10


class ServerTellingPart(AccountPart):
    """The part of SipService that dials feature codes for the person's rules."""

    @every(CHECK_PERIOD_S)
    def agree_with_server(self) -> None:
        """Dial what differs: after a change, when the server is back, and an hour after 112."""
        account = self.keeper.get(self.store, self.vault)
        if account is None:
            return
        profile, now = account.profile, datetime.now(UTC)
        rules = self.store.get_incoming_rules()
        wanted = wanted_codes(rules, profile.feature_codes, profile.domain, now)
        told = self.store.told_rules()
        for name, each in wanted.items():
            known = told.setdefault(name, Told())
            if self._can_tell() and is_due(each, known, now):
                asking = {"asked": each.code, "asked_at": now, "is_refused": False}
                told[name] = known.model_copy(update=asking)
                self.store.put_told_rule(name, told[name])
                with suppress(EngineDown, DeadlineExceeded, SignedOut):  # it is due again later
                    self.engine.dial_feature_code(each.code, target_uri(each.code, profile.domain))
        uses = {name: use_of(each, told[name]) for name, each in wanted.items()}
        self.store.put_server_use({name: use for name, use in uses.items() if use is not None})

    @on_engine(FeatureCodeUpdate)
    def feature_code_dialled(self, update: FeatureCodeUpdate) -> None:
        for name, told in self.store.told_rules().items():
            self.store.put_told_rule(name, answered(told, update.code, is_taken=update.is_taken))
        self.agree_with_server()

    def _can_tell(self) -> bool:
        is_registered = self.store.get_registration().state is RegistrationState.ACTIVE
        return is_registered and self.engine_state is EngineState.UP
