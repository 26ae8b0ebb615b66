"""Frames that come by several lanes: each is taken once."""

SEQUENCES = 2**32
"""A number of 32 bits begins anew."""


class Newest:
    """A lane keeps its order, and each carries all: a later frame never comes first."""

    def __init__(self) -> None:
        self._taken: int | None = None

    def takes(self, sequence: int) -> bool:
        """Whether nothing as new has come before."""
        if self._taken is not None:
            ahead = (sequence - self._taken) % SEQUENCES
            if not 0 < ahead < SEQUENCES // 2:
                return False
        self._taken = sequence
        return True
