"""Base classes of everything that crosses the bus, the engine link or the REST API."""

from typing import ClassVar
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field


class Model(BaseModel):
    """An immutable value. Unknown fields are ignored, so that old readers survive new writers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Model):
    """Something that happened. `type` is "<service>.<thing>.<past participle>"."""

    type: str


class Command(Model):
    """A request with an effect. With a `request_id` that was seen, it is answered and not run."""

    needs_room: ClassVar[bool] = False
    """Whether it begins something that fills the disk: refused while that is nearly full."""

    request_id: str = Field(default_factory=lambda: uuid4().hex, min_length=8, max_length=64)
