"""Lamps: the call states of others, taking over their calls, and being told when they are free."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bus.engine import on_engine
from bus.link import EngineGone
from bus.rpc import rpc
from bus.timer import every
from contracts.errors import ContractError, NotOffered, WrongLampState
from contracts.lamps import (
    CallCompletion,
    Lamp,
    LampCommand,
    LampKind,
    LampsRpc,
    LampState,
)
from contracts.sip import Call, CallCommand
from services.sip.account import AccountPart
from services.sip.completions import reviewed
from services.sip.engine.commands import LampsUpdate, LampUpdate, PickedUp, SipSnapshot
from services.sip.engine.remotes import remote_of
from services.sip.targets import target_uri

COMPLETION_LASTS = timedelta(hours=8)
REVIEW_PERIOD_S = 30
WAITING = {LampKind.PERSON: LampState.CALLED, LampKind.PARKING: LampState.BUSY}
"""How a lamp is while a call waits there."""


class LampsPart(AccountPart, LampsRpc):
    """The part of SipService that is about lamps."""

    @rpc
    def list_lamps(self) -> list[Lamp]:
        return self.store.lamps()

    @rpc
    def pick_up(self, request: LampCommand) -> Call:
        profile = self.account().profile
        lamp = self.store.get_lamp(request.number)
        if lamp.state is not WAITING.get(lamp.kind):
            raise WrongLampState(lamp.state, state=lamp.state)
        dialled, replaced = lamp.number, None
        if lamp.kind is LampKind.PERSON:
            replaced = self.store.find_ringing(lamp.number)
            if profile.pick_up_prefix is not None:
                dialled, replaced = profile.pick_up_prefix + lamp.number, None
            elif replaced is None:
                raise NotOffered("pick_up_prefix")
        remote = lamp.remote or remote_of(target_uri(lamp.number, profile.domain))
        picked_up = PickedUp(remote=remote, picked_up_from=lamp.number, replaced=replaced)
        uri = replaced.remote_target if replaced else target_uri(dialled, profile.domain)
        return self.engine.place_call(uuid4().hex, uri, dialled, picked_up)

    @rpc
    def park(self, request: CallCommand) -> Call:
        profile = self.account().profile
        if profile.parking is None:
            raise NotOffered("parking")
        uri = target_uri(profile.parking.number, profile.domain)
        self.store.note_parking(self.store.get_call(request.call_id).remote)
        try:
            return self.engine.park(request.call_id, uri)
        except ContractError:
            self.store.forget_parking()
            raise

    @rpc
    def request_completion(self, request: LampCommand) -> Lamp:
        self.store.get_lamp(request.number)
        now = datetime.now(UTC)
        wish = CallCompletion(requested_at=now, expires_at=now + COMPLETION_LASTS, is_ready=False)
        self.store.put_completion(request.number, wish)
        self.review_completions()
        return self.store.get_lamp(request.number)

    @rpc
    def cancel_completion(self, request: LampCommand) -> Lamp:
        self.store.put_completion(request.number, None)
        return self.store.get_lamp(request.number)

    @every(REVIEW_PERIOD_S)
    def review_completions(self) -> None:
        """Whoever is free now, and whose wish is over."""
        completions = self.store.completions()
        if not completions:
            return
        lamps = {lamp.number: lamp for lamp in self.store.lamps()}
        calls = self.store.running_calls()
        for number, wish in completions.items():
            changed = reviewed(wish, number, lamps.get(number), calls, datetime.now(UTC))
            if changed != wish:
                self.store.put_completion(number, changed)

    # what the engine says

    @on_engine(LampUpdate)
    def lamp_updated(self, update: LampUpdate) -> None:
        self.store.put_lamp(update)
        self.review_completions()

    @on_engine(LampsUpdate)
    def lamps_updated(self, update: LampsUpdate) -> None:
        self.store.replace_lamps(update.lamps)

    @on_engine(SipSnapshot)
    def lamps_told(self, update: SipSnapshot) -> None:
        if update.account is not None:  # else a new engine, which tells when it has one
            self.store.replace_lamps(update.lamps.lamps)

    @on_engine(EngineGone)
    def lamps_gone(self, update: EngineGone) -> None:
        self.store.forget_lamp_states()
