"""The account of the agent: the one that is registered, and those that are still leaving."""

from collections.abc import Callable, Collection
from time import monotonic

import pjsua2 as pj

from contracts.instance import SipTransport
from contracts.registration import Registration, RegistrationState
from contracts.voicemail import Voicemail
from services.sip.engine.commands import EngineAccount
from services.sip.engine.endings import Endings
from services.sip.engine.endpoint import SipEndpoint
from services.sip.engine.legs import Leg
from services.sip.engine.registration import SipRegistration, tls_problem
from services.sip.engine.route import Route
from services.sip.engine.silence import Silence

LEAVE_TIMEOUT_S = 3.0
NO_REGISTRATION = Registration(revision=0, state=RegistrationState.TERMINATED)


class AgentAccount:
    """At most one account is current; another one may still be unregistering."""

    def __init__(
        self,
        endpoint: SipEndpoint,
        on_change: Callable[[Registration | Voicemail], None],
        on_invite: Callable[[pj.OnIncomingCallParam], None],
        on_moved: Callable[[], None],
    ) -> None:
        self._endpoint = endpoint
        self._on_change = on_change
        self._on_invite = on_invite
        self._on_moved = on_moved
        self._route: Route | None = None
        self._silence = Silence()
        self._leaving: list[tuple[SipRegistration, float]] = []
        self._endings = Endings()
        self.current: SipRegistration | None = None

    @property
    def registration(self) -> Registration:
        return self.current.registration if self.current else NO_REGISTRATION

    @property
    def is_leaving(self) -> bool:
        return bool(self._leaving)

    def put(self, account: EngineAccount) -> SipRegistration:
        """Register; whoever was registered must have been removed."""
        hop = account.hops[0]
        self.current = SipRegistration(
            account,
            self._endpoint.transport(hop.transport, account.account.profile.ca_certificate),
            self._endpoint.rtp_configuration(),
            self._on_change,
            self._on_invite,
            self._on_moved,
        )
        self._route = Route(hop.addresses[0], hop.port)
        self.current.begin()
        self._on_change(self.current.registration)
        return self.current

    def remove(self) -> None:
        """Unregister; `pump` ends the account once that was answered, or has waited long enough."""
        registration, self.current = self.current, None
        if registration is not None:
            self._leaving.append((registration, monotonic() + LEAVE_TIMEOUT_S))
            registration.leave()
            self._on_change(NO_REGISTRATION)

    def pump(self, legs: Collection[Leg]) -> None:
        """Renew what is due, and let go of what has left."""
        if self.current is not None and self._route is not None:
            if self._route.has_changed():
                self._endpoint.abandon_connections()
                self.current.renew()
            if self._silence.is_suspect(legs):
                self.current.renew()
            self.current.pump()
        if not legs:
            self._let_go()
        self._endings.settle()

    def disconnected(self, prm: pj.OnTransportStateParam) -> None:
        """A connection of the library has ended."""
        registration = self.current
        if registration is None or not prm.type.lower().startswith(registration.hop.transport):
            return
        if registration.hop.transport is SipTransport.TLS:
            registration.tls_problem = tls_problem(prm)
        registration.connection_lost("connection lost")

    def close(self) -> None:
        """Before the library is destroyed."""
        self._leaving.clear()

    def _let_go(self) -> None:
        for registration, leave_at in list(self._leaving):
            is_done = registration.registration.state is not RegistrationState.ACTIVE
            if is_done or monotonic() > leave_at:
                self._leaving.remove((registration, leave_at))
                registration.shutdown()
                self._endings.add(registration)
                if not self._leaving:
                    current = self.current
                    self._endpoint.close_all_but(current.hop.transport if current else None)
