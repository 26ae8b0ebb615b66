"""Work that is done again and again."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import nameko.timer

Method = TypeVar("Method", bound=Callable[..., Any])


def every(period_s: float) -> Callable[[Method], Method]:
    """Run the decorated `method(self)` every `period_s` seconds, never twice at a time."""
    return cast(Callable[[Method], Method], nameko.timer.timer(interval=period_s))
