"""The lamps of an account: subscribed to at an easy pace, and anew when the registrar is back."""

import heapq
import itertools
from collections.abc import Callable
from time import monotonic

from contracts.lamps import LampState
from contracts.registration import RegistrationState
from services.sip.engine.commands import LampsUpdate, LampUpdate
from services.sip.engine.registration import SipRegistration
from services.sip.engine.subscriptions import (
    DialogSubscription,
    PresenceSubscription,
)
from services.sip.targets import target_uri
from services.sip.watching import EventPackage, Watch, combined, watches

MAX_SUBSCRIPTIONS = 250
"""The library aborts at its 257th (PJSUA_MAX_BUDDIES)."""
SUBSCRIBE_PERIOD_S = 0.02
"""So that hundreds of colleagues are no burst."""
GAP_PAUSE_S = 30.0
"""Before asking anew a notifier that said what cannot be."""


class WatchedLamp:
    """One lamp, from what its subscriptions tell."""

    def __init__(self, watch: Watch, on_change: Callable[["WatchedLamp"], None]) -> None:
        self.watch = watch
        self.told: LampUpdate | None = None
        self._on_change = on_change
        self._dialogs: DialogSubscription | None = None
        self._presence: PresenceSubscription | None = None

    def update(self, *, is_registered: bool) -> LampUpdate:
        """As it is to be told now."""
        state = self._state() if is_registered else LampState.UNKNOWN
        is_called = state is LampState.CALLED and self._dialogs is not None
        return LampUpdate(
            number=self.watch.number,
            kind=self.watch.kind,
            state=state,
            remote=self._dialogs.caller if is_called and self._dialogs else None,
            ringing=self._dialogs.ringing if is_called and self._dialogs else None,
        )

    def subscribe(
        self,
        package: EventPackage,
        registration: SipRegistration,
        on_gap: Callable[[EventPackage], None],
    ) -> None:
        """Instead of an earlier subscription, which ends with its object."""
        on_change = self._changed
        uri = target_uri(self.watch.number, registration.account.account.profile.domain)
        if package is EventPackage.DIALOG:
            known = self._dialogs.state if self._dialogs else None
            self._dialogs = DialogSubscription(known, on_change, on_gap)
            self._dialogs.begin(registration, uri)
        else:
            known = self._presence.state if self._presence else None
            self._presence = PresenceSubscription(known, on_change, on_gap)
            self._presence.begin(registration, uri)

    def forget(self) -> None:
        """What was told may not be true any more."""
        for subscription in (self._dialogs, self._presence):
            if subscription is not None:
                subscription.state = None

    def close(self) -> None:
        """Unsubscribe: the library does when the objects go."""
        self._dialogs = self._presence = None

    def _changed(self) -> None:
        self._on_change(self)

    def _state(self) -> LampState:
        by_presence = self._presence.state if self._presence else None
        if EventPackage.PRESENCE not in self.watch.packages:
            by_presence = LampState.UNKNOWN
        return combined(self._dialogs.state if self._dialogs else None, by_presence)


class Lamps:
    """Those of the current account; without one there are none."""

    def __init__(self, emit: Callable[[LampUpdate | LampsUpdate], None]) -> None:
        self._emit = emit
        self._lamps: dict[str, WatchedLamp] = {}
        self._due: list[tuple[float, int, WatchedLamp, EventPackage]] = []
        self._counter = itertools.count()
        self._next_at = 0.0
        self._registration: SipRegistration | None = None
        self._is_registered = False

    def all(self) -> LampsUpdate:
        lamps = [each.update(is_registered=self._is_registered) for each in self._lamps.values()]
        return LampsUpdate(lamps=lamps)

    def put(self, registration: SipRegistration) -> None:
        """Watch the people of this account, as soon as it is registered."""
        self._registration = registration
        watched = watches(registration.account.account, MAX_SUBSCRIPTIONS)
        self._lamps = {each.number: WatchedLamp(each, self._changed) for each in watched}
        self._emit(self.all())

    def remove(self) -> None:
        """Unsubscribe; must come before the account goes."""
        self._registration, self._is_registered = None, False
        self._due.clear()
        lamps, self._lamps = self._lamps, {}
        for lamp in lamps.values():
            lamp.close()
        if lamps:  # an engine that has just begun does not know whom others still look at
            self._emit(self.all())

    def renew(self) -> None:
        """Subscribe to everything anew: we are seen elsewhere, or the registrar was away."""
        self._due.clear()
        for lamp in self._lamps.values():
            for package in lamp.watch.packages:
                self._ask(lamp, package)

    def pump(self) -> None:
        registration = self._registration
        if registration is None:
            return
        is_registered = registration.registration.state is RegistrationState.ACTIVE
        if is_registered is not self._is_registered:
            self._is_registered = is_registered
            for lamp in self._lamps.values():
                lamp.forget()
                self._changed(lamp)
            if is_registered:
                self.renew()
        now = monotonic()
        if is_registered and self._due and self._due[0][0] <= now and now >= self._next_at:
            self._next_at = now + SUBSCRIBE_PERIOD_S
            _due_at, _count, lamp, package = heapq.heappop(self._due)
            lamp.subscribe(package, registration, lambda gap: self._ask(lamp, gap, GAP_PAUSE_S))

    def _ask(self, lamp: WatchedLamp, package: EventPackage, pause_s: float = 0) -> None:
        heapq.heappush(self._due, (monotonic() + pause_s, next(self._counter), lamp, package))

    def _changed(self, lamp: WatchedLamp) -> None:
        if self._lamps.get(lamp.watch.number) is not lamp:
            return
        update = lamp.update(is_registered=self._is_registered)
        if update != lamp.told:
            lamp.told = update
            self._emit(update)
