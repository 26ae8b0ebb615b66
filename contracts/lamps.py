"""Call states of others, and what can be done with their calls: a part of the sip service."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import Command, Event, Model
from contracts.identity import PhoneNumber
from contracts.sip import Call, CallCommand, Remote


class LampKind(StrEnum):
    """What a lamp stands for."""

    PERSON = "person"
    PARKING = "parking"  # a slot where the PBX keeps one parked call
    TEAM = "team"  # lit while we are logged in to a queue


class LampState(StrEnum):
    """What the dialogs of a number (RFC 4235) and its presence (RFC 3863) come to."""

    UNKNOWN = "unknown"  # not told yet, refused, or we are not registered ourselves
    OFFLINE = "offline"  # no phone of theirs is registered
    FREE = "free"
    CALLED = "called"  # an incoming call waits for an answer
    BUSY = "busy"  # calls somebody, or is in a call; of a slot: a call is parked there


class CallCompletion(Model):
    """The wish to be told when somebody who was busy is free (CCBS, RFC 6910)."""

    requested_at: AwareDatetime
    expires_at: AwareDatetime
    is_ready: bool = Field(description="they are free and we have no call: now is the moment")


class Lamp(Model):
    """One number of a colleague, or one parking slot, whole; what changes later has a greater
    `revision`, whichever lamp it is of."""

    number: PhoneNumber
    revision: int
    kind: LampKind
    state: LampState
    remote: Remote | None = Field(
        default=None, description="who calls, or is parked; null if the PBX does not tell"
    )
    is_replaceable: bool = Field(
        default=False, description="the call that waits there can be taken over by Replaces"
    )
    since: AwareDatetime = Field(description="when the state became this one, as far as we know")
    completion: CallCompletion | None = Field(
        default=None, description="ours, if we asked to be told when they are free"
    )


class LampCommand(Command):
    """A command that needs nothing but the number of a lamp."""

    number: PhoneNumber


class LampChanged(Event):
    """A lamp changed, or our wish to be told that somebody is free."""

    type: Literal["sip.lamp.changed"] = "sip.lamp.changed"
    lamp: Lamp


class LampsRpc:
    """The part of the sip service that is about lamps. All raise EngineDown and SignedOut."""

    def list_lamps(self) -> list[Lamp]:
        """All that are watched, in no order."""
        raise NotImplementedError

    def pick_up(self, request: LampCommand) -> Call:
        """Take over a call that rings at a colleague's, or is parked.

        Raises LampNotFound, WrongLampState if no call waits there, NotOffered, CallNotPlaced.
        """
        raise NotImplementedError

    def park(self, request: CallCommand) -> Call:
        """Let the PBX keep the other party in a slot; which one, a lamp of the kind PARKING tells.

        `Call.transfer` says what came of it. Raises NotOffered, CallNotFound, WrongCallState.
        """
        raise NotImplementedError

    def request_completion(self, request: LampCommand) -> Lamp:
        """Ask to be told when they are free; a second time it lasts anew.

        Ends by itself when a call of ours rings at them or we talk, and after a working day.
        Raises LampNotFound.
        """
        raise NotImplementedError

    def cancel_completion(self, request: LampCommand) -> Lamp:
        """Without effect if there is none. Raises LampNotFound."""
        raise NotImplementedError
