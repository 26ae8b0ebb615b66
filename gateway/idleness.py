"""Whether anybody is there: when the screens of the person were used last, without a clock."""

from dataclasses import dataclass, field

MOST_SCREENS = 64


@dataclass
class Screen:
    """A browser, or whatever else the person sits at."""

    used_at: float
    is_locked: bool = False


@dataclass
class Idleness:
    """Times are seconds of one monotonic clock."""

    _screens: dict[str, Screen] = field(default_factory=dict)
    _calls: set[str] = field(default_factory=set)
    _call_ended_at: float | None = None

    def note_screen(self, name: str, now: float, *, is_locked: bool) -> None:
        """Somebody has used it just now, or has locked it, and so has left since the last call."""
        if is_locked:
            self._call_ended_at = None
        if is_locked and name in self._screens:
            self._screens[name].is_locked = True
            return
        self._screens.pop(name, None)  # the one that is used last stands last
        self._screens[name] = Screen(now, is_locked)
        while len(self._screens) > MOST_SCREENS:
            del self._screens[next(iter(self._screens))]

    def note_call(self, call_id: str, now: float, *, is_over: bool) -> None:
        """Whoever telephones is there, wherever that is."""
        if not is_over:
            self._calls.add(call_id)
        elif call_id in self._calls:
            self._calls.discard(call_id)
            self._call_ended_at = now

    def is_idle(self, now: float, after_s: float) -> bool | None:
        """Whether nobody has been there for so long; None: nothing is known of anybody."""
        if self._calls:
            return False
        due_in_s = self.due_in_s(now, after_s)
        return None if due_in_s is None else due_in_s <= 0

    def due_in_s(self, now: float, after_s: float) -> float | None:
        """How long until nobody has been there for so long; None: as far as is known, never."""
        if self._calls or not (self._screens or self._call_ended_at is not None):
            return None
        used = [each.used_at for each in self._screens.values() if not each.is_locked]
        if self._call_ended_at is not None:
            used.append(self._call_ended_at)
        return max(used) + after_s - now if used else 0.0
