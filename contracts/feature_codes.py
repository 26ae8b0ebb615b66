"""Feature codes: numbers that switch something at the PBX when they are called."""

from typing import Annotated, Self

from pydantic import StringConstraints, model_validator

from contracts.base import Model
from contracts.identity import PhoneNumber

Code = Annotated[
    str, StringConstraints(pattern=r"^(?:[0-9*#]|\{target\}|\{seconds\})+$", max_length=64)
]
"""`{target}` is where calls go, `{seconds}` how long they ring before."""


class SwitchCode(Model):
    """One thing at the PBX that is on or off."""

    switch_on: Code
    switch_off: PhoneNumber


class FeatureCodes(Model):
    """What the PBX does with calls by itself, so that it holds while the stack is away."""

    always: SwitchCode | None = None
    do_not_disturb: SwitchCode | None = None
    busy: SwitchCode | None = None
    no_answer: SwitchCode | None = None

    @model_validator(mode="after")
    def _tell_where_to(self) -> Self:
        for each in (self.always, self.busy, self.no_answer):
            if each is not None and "{target}" not in each.switch_on:
                raise ValueError(f"{each.switch_on} does not tell the target")
        return self
