"""The account at the registrar: registering, renewing, and trying again with growing pauses."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic

import pjsua2 as pj
import structlog

from contracts.instance import SipTransport
from contracts.registration import Registration, RegistrationProblem, RegistrationState
from contracts.sip import Remote
from contracts.voicemail import Voicemail
from services.sip.engine.commands import EngineAccount, Hop
from services.sip.engine.encryption import offer_srtp
from services.sip.message_summary import voicemail_of

log = structlog.get_logger(__name__)

RETRY_PAUSE_S = (2.0, 60.0)  # first and longest
UNREGISTER_WAIT_MS = 2000
ANSWER_WAIT_S = 8.0
"""Without an answer for so long the registrar counts as away, though the request is repeated."""
REQUEST_S = 32.0
"""So long it is repeated (timer F, RFC 3261 section 17.1.2.2)."""
PROBLEM_OF_STATUS = {
    401: RegistrationProblem.WRONG_PASSWORD,
    403: RegistrationProblem.WRONG_PASSWORD,
    404: RegistrationProblem.UNKNOWN_USER,
    407: RegistrationProblem.WRONG_PASSWORD,
    408: RegistrationProblem.SERVER_UNREACHABLE,
}
FINAL_PROBLEMS = {RegistrationProblem.WRONG_PASSWORD, RegistrationProblem.UNKNOWN_USER}
"""Asking again would only lock the account."""

_VIA = re.compile(r"(?i)(via|v)\s*:")
_VIA_PARAMETER = re.compile(r";\s*(received|rport)=([^;,\s]+)")


class SipRegistration(pj.Account):
    """One account of the library with one outbound proxy, its current hop."""

    def __init__(
        self,
        account: EngineAccount,
        transport_id: int,
        rtp: pj.TransportConfig,
        on_change: Callable[[Registration | Voicemail], None],
        on_invite: Callable[[pj.OnIncomingCallParam], None],
        on_moved: Callable[[], None],
    ) -> None:
        super().__init__()
        self.account = account
        self._transport_id = transport_id
        self._rtp = rtp
        self._on_change = on_change
        self._on_invite = on_invite
        self._on_moved = on_moved
        self._hop_index = 0
        self._pause_s = RETRY_PAUSE_S[0]
        self._register_due_at: float | None = None
        self._answer_due_at: float | None = None
        self._is_asking = False
        self._seen_at: list[tuple[str, str]] | None = None
        self._was_active = False
        self.tls_problem = ""
        self.voicemail: Voicemail | None = None
        self.aor = f"sip:{account.account.user}@{account.account.profile.domain}"
        self.registration = Registration(revision=0, aor=self.aor, state=RegistrationState.INIT)

    @property
    def hop(self) -> Hop:
        return self.account.hops[self._hop_index]

    def vouches_for(self, request: pj.SipRxData) -> bool:
        """Whether a request comes from an address of the registrar's side.

        It can have come only by the transport that we registered with: no other one is open.
        """
        addresses = {address for hop in self.account.hops for address in hop.addresses}
        return _address(request.srcAddress) in addresses

    def refuse(self, library_id: int, sip_status: int) -> None:
        """Answer an INVITE that becomes no call."""
        refusal = pj.CallOpParam()
        refusal.statusCode = sip_status
        pj.Call(self, library_id).hangup(refusal)

    def at_home(self, remote: Remote) -> Remote:
        """The caller as we can call back: servers put their own address in place of the domain."""
        if remote.uri is None:
            return remote
        own = {self.hop.host, *(address for hop in self.account.hops for address in hop.addresses)}
        scheme_and_user, _at, host = remote.uri.partition("@")
        if host.partition(":")[0] not in own:
            return remote
        domain = self.account.account.profile.domain
        return remote.model_copy(update={"uri": f"{scheme_and_user}@{domain}"})

    def begin(self) -> None:
        self.create(self._configuration())
        self._register()

    def pump(self) -> None:
        """Renew the registration, or try again when the pause is over."""
        now = monotonic()
        if self._answer_due_at is not None and now >= self._answer_due_at:
            self._answer_due_at = None
            self._not_answered()
        if (
            self._register_due_at is not None
            and now >= self._register_due_at
            and not self._is_asking
        ):
            self._register_due_at = None
            if self.registration.state is not RegistrationState.ACTIVE:
                self._hop_index = (self._hop_index + 1) % len(self.account.hops)
            self._register()

    def renew(self) -> None:
        """Ask the registrar now whether it is there, and where it sees us."""
        self._register_due_at = monotonic()

    def leave(self) -> None:
        """Unregister; what comes of it concerns nobody but us."""
        self._on_change = lambda _change: None
        self._register_due_at = self._answer_due_at = None
        if self.registration.state is not RegistrationState.ACTIVE:
            return
        try:
            self.setRegistration(False)
        except pj.Error as error:  # a renewal is under way: it expires by itself
            log.warning("not unregistered", aor=self.aor, reason=error.reason)
            self.registration = self.registration.model_copy(
                update={"state": RegistrationState.TERMINATED}
            )

    def connection_lost(self, detail: str) -> None:
        """The connection that the registration stands on is gone."""
        if self.registration.state is RegistrationState.ACTIVE:
            self._failed(RegistrationProblem.SERVER_UNREACHABLE, detail, None)

    def onRegState(self, prm: pj.OnRegStateParam) -> None:
        self._is_asking, self._answer_due_at = False, None
        if prm.code // 100 == 2 and prm.expiration > 0:
            if self.registration.state is not RegistrationState.ACTIVE:
                log.info("registered", aor=self.aor, transport=self.hop.transport)
            self._pause_s = RETRY_PAUSE_S[0]
            refresh_s = self.account.account.profile.sip.refresh_s
            self._register_due_at = monotonic() + min(refresh_s, prm.expiration / 2)
            self._was_active = True
            self._announce(
                Registration(
                    revision=0,
                    aor=self.aor,
                    state=RegistrationState.ACTIVE,
                    sip_status=prm.code,
                    expires_in_s=prm.expiration,
                )
            )
            self._note_where_seen(prm.rdata.wholeMsg)
        elif prm.code // 100 == 2:
            self._announce(
                Registration(revision=0, aor=self.aor, state=RegistrationState.TERMINATED)
            )
        else:
            self._failed(*self._problem(prm))

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        self._on_invite(prm)

    def onMwiInfo(self, prm: pj.OnMwiInfoParam) -> None:
        """NOTIFY, whether we have subscribed or the server tells by itself."""
        if self.vouches_for(prm.rdata) and (told := voicemail_of(prm.rdata.wholeMsg)):
            self.voicemail = told
            self._on_change(told)

    def _register(self) -> None:
        self.tls_problem = ""
        try:
            if len(self.account.hops) > 1:
                self.modify(self._configuration())
            self._is_asking, self._answer_due_at = True, monotonic() + ANSWER_WAIT_S
            self.setRegistration(True)
        except pj.Error as error:
            self._is_asking, self._answer_due_at = False, None
            self._failed(self._local_problem(error.reason), self.tls_problem or error.reason, None)

    def _note_where_seen(self, response: str) -> None:
        """The address that the registrar sees us at (RFC 3581); after a change calls must know."""
        top_via = next((line for line in response.splitlines() if _VIA.match(line)), "")
        before, self._seen_at = self._seen_at, _VIA_PARAMETER.findall(top_via)
        if before is not None and before != self._seen_at:
            log.info("seen elsewhere", aor=self.aor)
            self._on_moved()

    def _not_answered(self) -> None:
        """Say so; the request goes on being repeated, and what comes of it arrives as usual."""
        self._announce_failure(
            RegistrationProblem.SERVER_UNREACHABLE,
            "no answer",
            retry_in_s=REQUEST_S - ANSWER_WAIT_S + self._pause_s,
        )

    def _failed(self, problem: RegistrationProblem, detail: str, sip_status: int | None) -> None:
        retry_in_s = None
        is_final = problem in FINAL_PROBLEMS
        if is_final and self._was_active:  # more likely the server's trouble than a new password
            is_final, self._pause_s = False, RETRY_PAUSE_S[1]
        if not is_final:
            retry_in_s = self._pause_s
            self._register_due_at = monotonic() + retry_in_s
            self._pause_s = min(self._pause_s * 2, RETRY_PAUSE_S[1])
        self._announce_failure(problem, detail, sip_status, retry_in_s=retry_in_s)

    def _announce_failure(
        self,
        problem: RegistrationProblem,
        detail: str,
        sip_status: int | None = None,
        *,
        retry_in_s: float | None,
    ) -> None:
        retry_in = None if retry_in_s is None else timedelta(seconds=retry_in_s)
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
                retry_at=None if retry_in is None else datetime.now(UTC) + retry_in,
            )
        )

    def _problem(self, prm: pj.OnRegStateParam) -> tuple[RegistrationProblem, str, int | None]:
        """What went wrong, in whose words, and the response if there was one."""
        if prm.rdata.wholeMsg:
            problem = PROBLEM_OF_STATUS.get(prm.code, RegistrationProblem.SERVER_ERROR)
            return problem, prm.reason, prm.code
        return self._local_problem(prm.reason), self.tls_problem or prm.reason, None

    def _local_problem(self, reason: str) -> RegistrationProblem:
        """What the library says when there was no response."""
        if "refused" in reason:
            return RegistrationProblem.CONNECTION_REFUSED
        is_tls = self.hop.transport is SipTransport.TLS
        if self.tls_problem or (is_tls and "PJ_ETIMEDOUT" in reason):  # of the handshake
            return RegistrationProblem.TLS_REFUSED
        return RegistrationProblem.SERVER_UNREACHABLE

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
        sip.transportId = self._transport_id
        # who has no box does not ask; the library asks again with each renewal if it was refused
        configuration.mwiConfig.enabled = profile.voicemail_number is not None
        configuration.mwiConfig.expirationSec = profile.sip.expires_in_s
        configuration.natConfig.udpKaIntervalSec = profile.sip.udp_keepalive_s
        configuration.mediaConfig.transportConfig = self._rtp
        configuration.mediaConfig.lockCodecEnabled = False
        offer_srtp(configuration.mediaConfig, profile.sip.srtp, self.hop.transport)
        return configuration


def _address(source: str) -> str:
    """The address in "192.0.2.1:5060" or "[2001:db8::1]:5060"."""
    return source.rpartition(":")[0].strip("[]")


def tls_problem(prm: pj.OnTransportStateParam) -> str:
    """Why a TLS connection did not come about; empty if it was not for TLS."""
    tls = prm.tlsInfo
    if not tls.isEmpty() and tls.verifyStatus:
        return "; ".join(tls.verifyMsgs) or "certificate not accepted"
    return ""
