"""What the sip service and its engine say to each other."""

from contracts.base import Model
from contracts.identity import Host, SipUri
from contracts.instance import SipTransport
from contracts.sip import Call, Registration, RejectScope, SipAccount


class Hop(Model):
    """One place to send requests to, found by RFC 3263."""

    host: Host
    port: int
    transport: SipTransport
    addresses: list[str]
    """What `host` resolves to; INVITEs are accepted from here only."""


class EngineAccount(Model):
    """An account and where its server is, best hop first; all by one transport."""

    account: SipAccount
    hops: list[Hop]


class SipSnapshot(Model):
    """All that the engine knows."""

    account: EngineAccount | None
    registration: Registration
    calls: list[Call]


class CallUpdate(Model):
    """A call began, changed or ended."""

    call: Call


class RegistrationUpdate(Model):
    """The registration changed."""

    registration: Registration


class SipEngine:
    """Commands of the engine. Each answers with the call as it then is."""

    def put_account(self, account: EngineAccount) -> None:
        """Register; the outcome comes as an update. Replaces another account."""
        raise NotImplementedError

    def get_registration(self) -> Registration:
        raise NotImplementedError

    def remove_account(self) -> None:
        """Hang up, unregister and forget."""
        raise NotImplementedError

    def place_call(self, call_id: str, target_uri: SipUri, dialled_text: str) -> Call:
        """Raises CallNotPlaced, SignedOut."""
        raise NotImplementedError

    def answer(self, call_id: str) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def reject(self, call_id: str, scope: RejectScope) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def hang_up(self, call_id: str) -> Call:
        """Raises CallNotFound."""
        raise NotImplementedError

    def hold(self, call_id: str) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def resume(self, call_id: str) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def mute(self, call_id: str) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def unmute(self, call_id: str) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def send_dtmf(self, call_id: str, digits: str) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def forget_call(self, call_id: str) -> None:
        """The service has stored the end of this call: no snapshot needs it any more."""
        raise NotImplementedError
