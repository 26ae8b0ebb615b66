"""What the sip service says and understands."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from contracts.base import Command, Event, Model
from contracts.changes import ChangePage
from contracts.encryption import Encryption
from contracts.health import PartHealth
from contracts.identity import PhoneNumber, SipUri
from contracts.incoming import Diversion, IncomingRpc
from contracts.phones import LONGEST_TARGET, PlacedOn
from contracts.quality import CallQuality
from contracts.recordings import Recording, StartRecording
from contracts.registration import RegistrationRpc
from contracts.voicemail import VoicemailRpc

MAX_TARGET_LENGTH = 1024
"""Longer dialled texts are refused as a bad request; shorter nonsense becomes a failed call."""


class CallState(StrEnum):
    """Dialog states, RFC 4235 section 3.7.1."""

    TRYING = "trying"
    PROCEEDING = "proceeding"
    EARLY = "early"
    CONFIRMED = "confirmed"
    TERMINATED = "terminated"


class CallDirection(StrEnum):
    """Who sent the INVITE."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class TerminationCause(StrEnum):
    """Events that terminate a dialog, RFC 4235 section 3.7.2."""

    CANCELLED = "cancelled"
    REJECTED = "rejected"
    REPLACED = "replaced"
    LOCAL_BYE = "local_bye"
    REMOTE_BYE = "remote_bye"
    ERROR = "error"
    TIMEOUT = "timeout"


class CallProblem(StrEnum):
    """Why a call did not come about, or broke off. The page has a sentence for each."""

    INVALID_TARGET = "invalid_target"  # nothing that can be dialled; nothing was sent
    FOREIGN_HOST = "foreign_host"  # a SIP URI of another server; nothing was sent
    NOT_FOUND = "not_found"  # 404, 410, 484, 604
    BUSY = "busy"  # 486, 600
    DECLINED = "declined"  # 603, 403
    NO_ANSWER = "no_answer"  # 408, 480, 487 not caused by us
    MEDIA_REFUSED = "media_refused"  # 415, 488, 606
    UNAUTHORIZED = "unauthorized"  # 401, 407 with our credentials
    SERVER_UNREACHABLE = "server_unreachable"  # no answer at all, or the connection was refused
    SERVER_ERROR = "server_error"  # any other final response
    TRANSFER_REFUSED = "transfer_refused"  # the server does not connect the two calls
    ENGINE_LOST = "engine_lost"  # the sip engine died, and the server did not give the call back


class MediaDirection(StrEnum):
    """SDP direction, RFC 8866 section 6.7; hold is sendonly or inactive, RFC 3264 section 8.4."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"


class AudioSink(StrEnum):
    """Where the person hears a call and speaks."""

    BROWSER = "browser"
    HOST = "host"  # loudspeaker and microphone of the computer that the stack runs on


class Microphone(StrEnum):
    """Whether our voice goes out."""

    LIVE = "live"
    MUTED = "muted"


class CallContinuity(StrEnum):
    """Whether the call has run without a break since it was answered."""

    UNBROKEN = "unbroken"
    INTERRUPTED = "interrupted"  # its engine is away, nobody hears anything; it is being taken back
    RESTORED = "restored"  # it goes on after an interruption


class Priority(StrEnum):
    """Of a call, after RFC 3261 section 20.26."""

    NORMAL = "normal"
    EMERGENCY = "emergency"  # for help: passes every limit, and is not put on hold for another


class Remote(Model):
    """The other party of a call."""

    number: PhoneNumber | None = Field(
        description="as signalled; null if anonymous (RFC 3323) or not a number"
    )
    display_name: str = Field(max_length=256, description="as received: shown, never parsed")
    uri: SipUri | None = Field(description="where to call back; null if nothing was sent")
    contact_id: str | None = Field(default=None, description="entry of the phonebook, once known")


class TransferState(StrEnum):
    """How far a call has been handed over."""

    TRYING = "trying"  # the target is being called
    EARLY = "early"  # it rings there
    CONFIRMED = "confirmed"  # the target has answered, and is being connected
    COMPLETED = "completed"  # they talk to each other, without us
    FAILED = "failed"  # the call is ours again; `problem` says why, null: the target hung up


class Transfer(Model):
    """A call on its way to somebody else; when the call has ended, where it went."""

    state: TransferState
    target: Remote
    to_call_id: str | None = Field(
        default=None, description="our call to the target; null in that call itself, and after 302"
    )
    problem: CallProblem | None = None


class Call(Model):
    """One call as the user sees it, whole; `revision` grows by at least one per change."""

    call_id: str
    revision: int
    direction: CallDirection
    state: CallState
    cause: TerminationCause | None = None
    problem: CallProblem | None = None
    sip_status: int | None = Field(default=None, description="final response, if one came")
    dialled_text: str | None = Field(default=None, max_length=MAX_TARGET_LENGTH)
    picked_up_from: PhoneNumber | None = Field(
        default=None, description="at whose number it rang, or in which parking slot it was"
    )
    remote: Remote
    local_direction: MediaDirection = MediaDirection.SENDRECV
    remote_direction: MediaDirection = MediaDirection.SENDRECV
    microphone: Microphone = Microphone.LIVE
    audio_sink: AudioSink = AudioSink.BROWSER
    continuity: CallContinuity = CallContinuity.UNBROKEN
    conference_id: str | None = None
    conferred_with: tuple[Remote, ...] = Field(
        default=(), description="who was in conference with this call, the first sixteen"
    )
    transfer: Transfer | None = None
    started_at: AwareDatetime
    answered_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None
    held_at: AwareDatetime | None = Field(default=None, description="on hold here since then")
    hold_time_s: float = Field(default=0, description="on hold here, in holds that are over")
    quality: CallQuality | None = None
    recordings: tuple[Recording, ...] = ()
    priority: Priority = Priority.NORMAL
    diversion: Diversion | None = Field(default=None, description="why it did not stay here")
    placed_on: PlacedOn | None = Field(default=None, description="null: made and heard here")
    encryption: Encryption | None = Field(default=None, description="null: there was no sound yet")


class PlaceCall(Command):
    """Dial what a person typed."""

    needs_room = True

    target: str = Field(min_length=1, max_length=MAX_TARGET_LENGTH)
    phone: str | None = Field(
        default=None,
        max_length=LONGEST_TARGET,
        description="number of the own phone to make it on, empty: here; null: as the person chose",
    )


class CallCommand(Command):
    """A command that needs nothing but its call."""

    call_id: str


class RejectScope(StrEnum):
    """Whom a rejection speaks for."""

    HERE = "here"  # 486: other phones of the account go on ringing
    EVERYWHERE = "everywhere"  # 603


class RejectCall(Command):
    """Refuse an incoming call."""

    call_id: str
    scope: RejectScope = RejectScope.HERE


class OtherCalls(StrEnum):
    """What becomes of the call that is talked on when another one is answered."""

    HOLD = "hold"
    END = "end"


class TransferTarget(Model):
    """Somebody to be called for that (`target`), or the party of another call (`to_call_id`)."""

    target: str | None = Field(default=None, min_length=1, max_length=MAX_TARGET_LENGTH)
    to_call_id: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.target is None) is (self.to_call_id is None):
            raise ValueError("either target or to_call_id")
        return self


class TransferCall(Command):
    """Hand a call over."""

    call_id: str
    to: TransferTarget


class SendDtmf(Command):
    """Press keys: RFC 4733, or SIP INFO where that was not negotiated. Never logged."""

    call_id: str
    digits: str = Field(pattern=r"^[0-9*#A-D]{1,32}$")


class CallChanged(Event):
    """A call began, changed or ended."""

    type: Literal["sip.call.changed"] = "sip.call.changed"
    call: Call


class SipRpc(RegistrationRpc, VoicemailRpc, IncomingRpc):
    """RPC interface of the sip service. Every command raises EngineDown and SignedOut."""

    def place_call(self, request: PlaceCall) -> Call:
        """A target that cannot be dialled gives a call that has ended.

        Emergency calls start here, whatever was chosen. Raises CallNotPlaced, and InvalidRequest
        if that phone is none of the person's.
        """
        raise NotImplementedError

    def call_emergency(self, target: str) -> Call:
        """Call for help, however full disk and lines are.

        No command with a request id, so that it needs no store: while such a call runs, it is
        returned. Raises CallNotPlaced.
        """
        raise NotImplementedError

    def list_calls(self) -> list[Call]:
        """Calls that have not ended, oldest first."""
        raise NotImplementedError

    def get_call(self, call_id: str) -> Call:
        """Also for an hour after its end. Raises CallNotFound."""
        raise NotImplementedError

    def answer(self, call_id: str, others: OtherCalls = OtherCalls.HOLD) -> Call:
        """The call that is talked on is held, or ended. Raises CallNotFound, WrongCallState.

        No command with a request id: an answered call is returned as it is. So it needs no store.
        """
        raise NotImplementedError

    def reject(self, request: RejectCall) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def hang_up(self, call_id: str) -> Call:
        """In any state; an ended call is returned as it is. Raises CallNotFound.

        No command with a request id: to end a call twice is to end it once.
        """
        raise NotImplementedError

    def hold(self, request: CallCommand) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def resume(self, request: CallCommand) -> Call:
        """Other running calls are held. Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def mute(self, request: CallCommand) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def unmute(self, request: CallCommand) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def transfer(self, request: TransferCall) -> Call:
        """Hand a call over; `Call.transfer` says how far it got. It comes back if that fails.

        A call that rings here is redirected (302). Raises CallNotFound, WrongCallState,
        CallNotPlaced, TargetUndiallable.
        """
        raise NotImplementedError

    def send_dtmf(self, request: SendDtmf) -> Call:
        """Raises CallNotFound, WrongCallState."""
        raise NotImplementedError

    def start_recording(self, request: StartRecording) -> Call:
        """Of an answered call, and of all that are in conference with it; a second time without
        effect. Raises CallNotFound, WrongCallState.
        """
        raise NotImplementedError

    def stop_recording(self, request: CallCommand) -> Call:
        """Raises CallNotFound."""
        raise NotImplementedError

    def call_changes(self, after: str, limit: int) -> ChangePage[CallChanged]:
        """Changes after a position ("" is the beginning), oldest first, at most `limit`."""
        raise NotImplementedError

    def health(self) -> list[PartHealth]:
        raise NotImplementedError
