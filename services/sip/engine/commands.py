"""What the sip service and its engine say to each other."""

from pydantic import Field

from contracts.audio_sinks import AudioSinkState
from contracts.base import Model
from contracts.identity import Host, PhoneNumber, SipUri
from contracts.incoming import IncomingRules
from contracts.instance import SipTransport
from contracts.lamps import LampKind, LampState
from contracts.phones import OwnPhone
from contracts.registration import Registration, SipAccount
from contracts.sip import AudioSink, Call, OtherCalls, Priority, RejectScope, Remote
from contracts.sound_check import SoundCheck, SoundCheckStep
from contracts.voicemail import Voicemail


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


class Dialog(Model):
    """What it takes to replace a confirmed dialog (RFC 3891 section 3): who may, owns the call."""

    sip_call_id: str
    local_tag: str
    remote_tag: str
    remote_target: str = Field(description="URI of the remote Contact, RFC 3261 section 12")


class CallUpdate(Model):
    """A call began, changed or ended. The dialog is known from the answer on."""

    call: Call
    dialog: Dialog | None = None


class LampUpdate(Model):
    """A lamp changed."""

    number: PhoneNumber
    kind: LampKind
    state: LampState
    remote: Remote | None
    ringing: Dialog | None = None
    """The dialog that waits for an answer there, if the notifier tells its tags."""


class LampsUpdate(Model):
    """All lamps that are watched; others are not any more."""

    lamps: list[LampUpdate]


class SipSnapshot(Model):
    """All that the engine knows."""

    account: EngineAccount | None
    registration: Registration
    voicemail: Voicemail | None
    """None: the server has not told this engine yet."""
    calls: list[CallUpdate]
    lamps: LampsUpdate


class PickedUp(Model):
    """Whose call is taken over, by calling a feature code or by replacing its dialog."""

    remote: Remote
    picked_up_from: PhoneNumber
    replaced: Dialog | None = None


class FeatureCodeUpdate(Model):
    """A feature code was dialled."""

    code: str
    is_taken: bool
    """Whether the server answered it."""


class RegistrationUpdate(Model):
    """The registration changed."""

    registration: Registration


class VoicemailUpdate(Model):
    """The server told of the box."""

    voicemail: Voicemail


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

    def place_call(
        self,
        call_id: str,
        target_uri: SipUri,
        dialled_text: str,
        picked_up: PickedUp | None = None,
        priority: Priority = Priority.NORMAL,
    ) -> Call:
        """A second call for help is the first, while that runs. Raises CallNotPlaced, SignedOut."""
        raise NotImplementedError

    def place_call_on(
        self,
        phone: OwnPhone,
        phone_uri: SipUri,
        call_id: str,
        target_uri: SipUri,
        dialled_text: str,
    ) -> Call:
        """Call that telephone, then the target, and leave them to each other.

        Raises CallNotPlaced, SignedOut.
        """
        raise NotImplementedError

    def dial_feature_code(self, code: str, uri: SipUri) -> None:
        """Call it unheard and unseen; the outcome comes as an update. Raises SignedOut."""
        raise NotImplementedError

    def put_incoming_rules(self, rules: IncomingRules) -> None:
        """What becomes of calls from now on; those that ring go on as they were told."""
        raise NotImplementedError

    def acknowledge_ringing(self, call_id: str) -> None:
        """A screen rings. Raises CallNotFound."""
        raise NotImplementedError

    def take_back(self, call: Call, dialog: Dialog) -> Call:
        """Let a confirmed call go on, from this revision.

        One that this engine still has goes on as it is. One of an engine that died is replaced as
        soon as the account is registered (RFC 3891), on hold and muted as it was; if that takes
        longer than three seconds, or is refused, the call ends. Raises SignedOut.
        """
        raise NotImplementedError

    def answer(self, call_id: str, others: OtherCalls) -> Call:
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

    def transfer(self, call_id: str, to_call_id: str) -> Call:
        """Connect the parties of two calls, as soon as both have answered, and leave.

        Raises CallNotFound, WrongCallState.
        """
        raise NotImplementedError

    def transfer_to(
        self, call_id: str, to_call_id: str, target_uri: SipUri, dialled_text: str
    ) -> Call:
        """The same with a call that is placed for it; one that rings here is redirected instead.

        Raises CallNotFound, WrongCallState, CallNotPlaced, SignedOut.
        """
        raise NotImplementedError

    def park(self, call_id: str, uri: SipUri) -> Call:
        """Let the server keep the call; `Call.transfer` says what came of it.

        Raises CallNotFound, WrongCallState.
        """
        raise NotImplementedError

    def start_conference(self, call_ids: list[str]) -> list[Call]:
        """All calls of the conference. Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def drop_participant(self, conference_id: str, call_id: str) -> Call:
        """Raises CallNotFound."""
        raise NotImplementedError

    def end_conference(self, conference_id: str) -> None:
        raise NotImplementedError

    def start_recording(self, call_id: str) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def stop_recording(self, call_id: str) -> Call:
        """Raises CallNotFound."""
        raise NotImplementedError

    def list_audio_sinks(self) -> list[AudioSinkState]:
        raise NotImplementedError

    def use_audio(self, call_id: str, audio_sink: AudioSink) -> Call:
        """Raises CallNotFound, AudioSinkUnavailable."""
        raise NotImplementedError

    def start_sound_check(self, step: SoundCheckStep, audio_sink: AudioSink) -> SoundCheck:
        """Raises WrongCallState, NoScreen, AudioSinkUnavailable."""
        raise NotImplementedError

    def get_sound_check(self) -> SoundCheck:
        """Raises NotFound."""
        raise NotImplementedError

    def stop_sound_check(self) -> None:
        raise NotImplementedError

    def forget_call(self, call_id: str) -> None:
        """The service has stored the end of this call: no snapshot needs it any more."""
        raise NotImplementedError
