"""Pages of what an owner has published, for those who must not miss anything."""

from typing import Generic, TypeVar

from pydantic import SerializeAsAny

from contracts.base import Event, Model

AnyChange = TypeVar("AnyChange", bound=Event)


class ChangePage(Model, Generic[AnyChange]):
    """Events after a position in the owner's outbox, oldest first."""

    events: list[SerializeAsAny[AnyChange]]
    position: str
    """Ask for what comes after this next time; the same as before if there was nothing."""
    more: bool
    """Whether another page waits already."""
