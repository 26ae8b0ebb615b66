"""The lamps in Redis, and who asked to be told when somebody is free."""

from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock

from redis import Redis

from bus.store import Store, Transaction
from contracts.errors import LampNotFound
from contracts.identity import PhoneNumber
from contracts.lamps import CallCompletion, Lamp, LampChanged, LampKind, LampState
from contracts.sip import Remote
from services.sip.engine.commands import Dialog, LampUpdate

PARKED_WITHIN_S = 10
"""Between our command and the lamp of the slot."""


class LampStore(Store):
    """sip:lamps (by number), sip:lamp_revision (of all together), sip:completions (by number),
    sip:parking (whom we are parking), sip:ringing (dialogs that can be replaced, by number)."""

    def __init__(self, redis: "Redis[str]") -> None:
        super().__init__(redis)
        self._lamps_key = self.key("lamps")
        self._revision_key = self.key("lamp_revision")
        self._completions_key = self.key("completions")
        self._parking_key = self.key("parking")
        self._ringing_key = self.key("ringing")
        self._lamp_lock = Lock()

    def lamps(self) -> list[Lamp]:
        return [Lamp.model_validate_json(text) for text in self.redis.hvals(self._lamps_key)]

    def find_lamp(self, number: PhoneNumber) -> Lamp | None:
        text = self.redis.hget(self._lamps_key, number)
        return Lamp.model_validate_json(text) if text else None

    def get_lamp(self, number: PhoneNumber) -> Lamp:
        """Raises LampNotFound."""
        lamp = self.find_lamp(number)
        if lamp is None:
            raise LampNotFound(number, number=number)
        return lamp

    def find_ringing(self, number: PhoneNumber) -> Dialog | None:
        """The dialog that waits for an answer there, if it can be replaced."""
        text = self.redis.hget(self._ringing_key, number)
        return Dialog.model_validate_json(text) if text else None

    def put_lamp(self, update: LampUpdate) -> None:
        """Store and publish, unless nothing has changed."""
        with self._lamp_lock, self.transaction() as transaction:
            self._put(transaction, update, self.find_lamp(update.number))

    def replace_lamps(self, updates: Iterable[LampUpdate]) -> None:
        """Others are not watched any more; they are published a last time, as unknown."""
        with self._lamp_lock, self.transaction() as transaction:
            known = {lamp.number: lamp for lamp in self.lamps()}
            for update in updates:
                self._put(transaction, update, known.pop(update.number, None))
            for lamp in known.values():
                self._write(transaction, _unknown(lamp))
                transaction.pipeline.hdel(self._lamps_key, lamp.number)

    def forget_lamp_states(self) -> None:
        """Nobody tells at the moment."""
        with self._lamp_lock, self.transaction() as transaction:
            for lamp in self.lamps():
                if lamp.state is not LampState.UNKNOWN:
                    self._write(transaction, _unknown(lamp))

    # completions

    def completions(self) -> dict[PhoneNumber, CallCompletion]:
        """By the number of the lamp, which may be watched no more."""
        found = self.redis.hgetall(self._completions_key)
        return {number: CallCompletion.model_validate_json(text) for number, text in found.items()}

    def put_completion(self, number: PhoneNumber, completion: CallCompletion | None) -> None:
        """Store and publish with the lamp, if there is one; None ends it."""
        with self._lamp_lock, self.transaction() as transaction:
            if completion is None:
                transaction.pipeline.hdel(self._completions_key, number)
            else:
                text = completion.model_dump_json()
                transaction.pipeline.hset(self._completions_key, number, text)
            lamp = self.find_lamp(number)
            if lamp is not None and lamp.completion != completion:
                self._write(transaction, lamp.model_copy(update={"completion": completion}))

    # parking

    def note_parking(self, remote: Remote) -> None:
        """Whoever appears in a slot next is this party."""
        with self.redis.pipeline(transaction=True) as pipeline:
            pipeline.rpush(self._parking_key, remote.model_dump_json())
            pipeline.expire(self._parking_key, PARKED_WITHIN_S)
            pipeline.execute()

    def forget_parking(self) -> None:
        """It did not come about."""
        self.redis.rpop(self._parking_key)

    def _parked(self) -> Remote | None:
        text = self.redis.lpop(self._parking_key)
        return Remote.model_validate_json(text) if text else None

    # the rest

    def _put(self, transaction: Transaction, update: LampUpdate, known: Lamp | None) -> None:
        is_same_state = known is not None and known.state is update.state
        remote = update.remote
        if update.kind is LampKind.PARKING and update.state is LampState.BUSY:
            remote = known.remote if known is not None and is_same_state else self._parked()
        lamp = Lamp(
            number=update.number,
            revision=known.revision if known is not None else 0,
            kind=update.kind,
            state=update.state,
            remote=remote,
            is_replaceable=update.ringing is not None,
            since=known.since if known is not None and is_same_state else datetime.now(UTC),
            completion=known.completion if known else self.completions().get(update.number),
        )
        ringing = update.ringing.model_dump_json() if update.ringing else ""
        transaction.pipeline.hset(self._ringing_key, update.number, ringing)
        if lamp != known:
            self._write(transaction, lamp)

    def _write(self, transaction: Transaction, lamp: Lamp) -> None:
        revision = self.redis.incr(self._revision_key)
        numbered = lamp.model_copy(update={"revision": revision})
        transaction.pipeline.hset(self._lamps_key, lamp.number, numbered.model_dump_json())
        transaction.publish(LampChanged(lamp=numbered))


def _unknown(lamp: Lamp) -> Lamp:
    nothing = {"remote": None, "is_replaceable": False}
    changed = {"state": LampState.UNKNOWN, "since": datetime.now(UTC), **nothing}
    return lamp.model_copy(update=changed)
