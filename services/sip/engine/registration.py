"""The account at the registrar: registering, renewing, and trying again with growing pauses."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import pjsua2 as pj
import structlog

from contracts.sip import Registration, RegistrationProblem, RegistrationState
from services.sip.engine.commands import EngineAccount, Hop

log = structlog.get_logger(__name__)

RETRY_PAUSE_S = (2.0, 60.0)  # first and longest
UNREGISTER_WAIT_MS = 2000
ERRNO_OF_LIBRARY = 120_000  # pjlib adds this to the operating system's error numbers
ECONNREFUSED = 111
FINAL_PROBLEMS = {RegistrationProblem.WRONG_PASSWORD, RegistrationProblem.UNKNOWN_USER}
"""Asking again would only lock the account."""


class SipRegistration(pj.Account):
    """One account of the library with one outbound proxy, its current hop."""

    def __init__(
        self,
        account: EngineAccount,
        transports: "dict[str, int]",
        rtp: pj.TransportConfig,
        on_change: Callable[[Registration], None],
        on_invite: Callable[[pj.OnIncomingCallParam], None],
    ) -> None:
        super().__init__()
        self.account = account
        self._transports = transports
        self._rtp = rtp
        self._on_change = on_change
        self._on_invite = on_invite
        self._hop_index = 0
        self._pause_s = RETRY_PAUSE_S[0]
        self._retry_due_at: float | None = None
        self.tls_problem = ""
        self.aor = f"sip:{account.account.user}@{account.account.profile.domain}"
        self.registration = Registration(revision=0, aor=self.aor, state=RegistrationState.INIT)

    @property
    def hop(self) -> Hop:
        return self.account.hops[self._hop_index]

    def addresses(self) -> set[str]:
        """Where requests of the server may come from."""
        return {address for hop in self.account.hops for address in hop.addresses}

    def begin(self) -> None:
        self.create(self._configuration())
        self._register()

    def pump(self) -> None:
        """Register again when the pause is over."""
        if self._retry_due_at is not None and monotonic() >= self._retry_due_at:
            self._retry_due_at = None
            self._hop_index = (self._hop_index + 1) % len(self.account.hops)
            if len(self.account.hops) > 1:
                self.modify(self._configuration())
            self._register()

    def connection_lost(self, detail: str) -> None:
        """The connection that the registration stands on is gone."""
        if self.registration.state is RegistrationState.ACTIVE:
            self._failed(RegistrationProblem.SERVER_UNREACHABLE, detail, None)

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        if prm.code // 100 == 2 and prm.expiration > 0:
            if self.registration.state is not RegistrationState.ACTIVE:
                log.info("registered", aor=self.aor, transport=self.hop.transport)
            self._pause_s, self._retry_due_at = RETRY_PAUSE_S[0], None
            self._announce(
                Registration(
                    revision=0,
                    aor=self.aor,
                    state=RegistrationState.ACTIVE,
                    sip_status=prm.code,
                    expires_in_s=prm.expiration,
                )
            )
        elif prm.code // 100 == 2:
            self._announce(
                Registration(revision=0, aor=self.aor, state=RegistrationState.TERMINATED)
            )
        else:
            problem = self._problem(prm.code, prm.status)
            is_from_library = problem in _LOCAL_PROBLEMS
            detail = self.tls_problem or prm.reason
            self._failed(problem, detail, None if is_from_library else prm.code)

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        self._on_invite(prm)

    def _register(self) -> None:
        self.tls_problem = ""
        try:
            self.setRegistration(True)  # noqa: FBT003
        except pj.Error as error:
            self._failed(self._problem(503, error.status), self.tls_problem or error.reason, None)

    def _failed(self, problem: RegistrationProblem, detail: str, sip_status: int | None) -> None:
        retry_at = None
        if problem not in FINAL_PROBLEMS:
            retry_at = datetime.now(UTC) + timedelta(seconds=self._pause_s)
            self._retry_due_at = monotonic() + self._pause_s
            self._pause_s = min(self._pause_s * 2, RETRY_PAUSE_S[1])
        if self.registration.problem is not problem:
            log.warning("not registered", aor=self.aor, problem=problem, detail=detail)
        self._announce(
            Registration(
                revision=0,
                aor=self.aor,
                state=RegistrationState.TERMINATED,
                problem=problem,
                detail=detail[:500],
                sip_status=sip_status,
                retry_at=retry_at,
            )
        )

    def _problem(self, sip_status: int, library_status: int) -> RegistrationProblem:
        if self.tls_problem:
            return RegistrationProblem.TLS_REFUSED
        if sip_status in (401, 403, 407):
            return RegistrationProblem.WRONG_PASSWORD
        if sip_status == 404:
            return RegistrationProblem.UNKNOWN_USER
        if library_status == ERRNO_OF_LIBRARY + ECONNREFUSED:
            return RegistrationProblem.CONNECTION_REFUSED
        if sip_status == 408 or (sip_status == 503 and library_status != 0):
            return RegistrationProblem.SERVER_UNREACHABLE
        return RegistrationProblem.SERVER_ERROR

    def _announce(self, registration: Registration) -> None:
        self.registration = registration
        self._on_change(registration)

    def _configuration(self) -> pj.AccountConfig:
        account, profile = self.account.account, self.account.account.profile
        configuration = pj.AccountConfig()
        configuration.idUri = self.aor
        registering = configuration.regConfig
        registering.registrarUri = f"sip:{profile.domain}"
        registering.registerOnAdd = False
        registering.timeoutSec = profile.sip.expires_in_s
        registering.retryIntervalSec = 0  # pauses are ours: they grow, and are shown
        registering.unregWaitMsec = UNREGISTER_WAIT_MS
        sip = configuration.sipConfig
        password = account.password.get_secret_value()
        sip.authCreds.append(pj.AuthCredInfo("digest", "*", account.user, 0, password))
        sip.proxies.append(
            f"<sip:{self.hop.host}:{self.hop.port};transport={self.hop.transport};lr>"
        )
        sip.transportId = self._transports[self.hop.transport]
        configuration.natConfig.udpKaIntervalSec = profile.sip.udp_keepalive_s
        configuration.mediaConfig.transportConfig = self._rtp
        configuration.mediaConfig.lockCodecEnabled = False
        return configuration


_LOCAL_PROBLEMS = {
    RegistrationProblem.TLS_REFUSED,
    RegistrationProblem.CONNECTION_REFUSED,
    RegistrationProblem.SERVER_UNREACHABLE,
}


def source_address(source: str) -> str:
    """The address in "192.0.2.1:5060" or "[2001:db8::1]:5060"."""
    match = re.match(r"^\[?(.*?)\]?:\d+$", source)
    return match[1] if match else source
