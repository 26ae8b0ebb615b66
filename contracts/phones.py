"""One's other telephones: calls are sent there, and calls start there."""

from enum import StrEnum

from pydantic import Field

from contracts.base import Model

LONGEST_TARGET = 256
MOST_PHONES = 8


class OwnPhone(Model):
    """Another telephone of the person."""

    name: str = Field(min_length=1, max_length=64)
    number: str = Field(min_length=1, max_length=LONGEST_TARGET)
    places_calls: bool = Field(
        default=False, description="calls start there instead of here; true of one at most"
    )


class PhoneState(StrEnum):
    """How far the telephone is that a call is made on."""

    TRYING = "trying"  # it is being called
    EARLY = "early"  # it rings
    CONFIRMED = "confirmed"  # somebody holds it, and the target is called
    BRIDGED = "bridged"  # the server does not connect it with the target, so this stack does
    FAILED = "failed"  # nobody answered it; `Call.problem` says why


class PlacedOn(Model):
    """The telephone that a call is made on: called first, then connected with the target."""

    name: str
    number: str = Field(description="as it was typed")
    state: PhoneState
