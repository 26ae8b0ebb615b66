"""One dialog of the library, and the Call that it is for everybody else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import pjsua2 as pj
import structlog

from contracts.encryption import Encryption
from contracts.errors import WrongCallState
from contracts.identity import SipUri
from contracts.incoming import Diversion
from contracts.sip import (
    Call,
    CallContinuity,
    CallDirection,
    CallState,
    MediaDirection,
    Microphone,
    RejectScope,
    Transfer,
    TransferState,
)
from services.sip.calls import cause_of_end, timed, transfer_at_end, unfailed
from services.sip.engine.commands import CallUpdate, Dialog
from services.sip.engine.dialogs import dialog_of
from services.sip.engine.digits import InfoDigits
from services.sip.engine.encryption import encryption_of
from services.sip.engine.media import ScreenPort, audio_only
from services.sip.engine.registration import SipRegistration
from services.sip.engine.remotes import remote_of
from services.sip.engine.states import CALL_STATE_OF_INVITE, STATUS_OF_REJECTION
from services.sip.quality import QualityMeter
from services.sip.recordings import ended

log = structlog.get_logger(__name__)

MOVE_FLAGS = pj.PJSUA_CALL_REINIT_MEDIA | pj.PJSUA_CALL_UPDATE_CONTACT | pj.PJSUA_CALL_UPDATE_VIA
HOLD_RETRY_S = 0.3
HOLD_TIMEOUT_S = 35.0
"""Longer than a re-INVITE can take to be answered (timer B, RFC 3261 section 17.1.1.2)."""


class Leg(pj.Call):
    """Lives in the engine's one thread, except that nobody else may hold it."""

    def __init__(
        self,
        registration: SipRegistration,
        call: Call,
        screen: ScreenPort,
        on_change: Callable[["Leg"], None],
        library_id: int = pj.PJSUA_INVALID_ID,
    ) -> None:
        super().__init__(registration, library_id)
        self.call = call
        self._registration = registration
        self.is_heard = False
        self.meter = QualityMeter()
        self.on_referred: Callable[[int], None] | None = None
        self._screen = screen
        self._on_change = on_change
        self._media: pj.AudioMedia | None = None
        self._dialog: Dialog | None = None
        self._is_ended_here = False
        self._is_held = False
        self._wants_hold = False
        self._hold_due_at = 0.0
        self._hold_given_up_at = 0.0
        self._is_moving = False
        self._move_due_at = 0.0
        self._info_digits = InfoDigits()

    # commands

    def accept(self) -> None:
        """A second time without effect."""
        if self.call.state is CallState.CONFIRMED and not self._is_ended_here:
            return
        self._require(self.is_ringing_here())
        answer = audio_only()
        answer.statusCode = pj.PJSIP_SC_OK
        with _refusals_of_the_library():
            self.answer(answer)

    def ring(self) -> None:
        ringing = pj.CallOpParam()
        ringing.statusCode = pj.PJSIP_SC_RINGING
        self.answer(ringing)

    def divert(self, diversion: Diversion, contact_uri: SipUri | None) -> None:
        """Send the caller elsewhere, or refuse it as unavailable."""
        self._require(self.is_ringing_here())
        self.call = self.call.model_copy(update={"diversion": diversion})
        sip_status = 302 if contact_uri else pj.PJSIP_SC_TEMPORARILY_UNAVAILABLE
        self._end(sip_status, contact_uri=contact_uri)

    def refuse(self, scope: RejectScope) -> None:
        self._require(self.is_ringing_here())
        self._end(STATUS_OF_REJECTION[scope])

    def redirect(self, target_uri: SipUri) -> None:
        """Refuse, and say who is to be called instead (RFC 3261 section 21.3.3)."""
        self._require(self.is_ringing_here())
        transfer = Transfer(state=TransferState.COMPLETED, target=remote_of(target_uri))
        self.revise(transfer=transfer)
        self._end(pj.PJSIP_SC_MOVED_TEMPORARILY, contact_uri=target_uri)

    def end(self) -> None:
        """In any state; a second time without effect."""
        if not self._is_ended_here and self.call.state is not CallState.TERMINATED:
            self._end(486 if self.is_ringing_here() else 0)

    def set_hold(self, *, held: bool) -> None:
        self._require(self.call.state is CallState.CONFIRMED)
        if held is self._wants_hold:
            return
        self._wants_hold, self._hold_due_at = held, 0.0
        self._hold_given_up_at = monotonic() + HOLD_TIMEOUT_S
        direction = MediaDirection.SENDONLY if held else MediaDirection.SENDRECV
        self.revise(local_direction=direction, transfer=unfailed(self.call.transfer))
        self.pump()
        self._connect()

    def move(self) -> None:
        """The other side reaches us elsewhere from now on: tell it, and take fresh RTP ports."""
        self._is_moving = self.call.state is CallState.CONFIRMED
        self.pump()

    def set_microphone(self, microphone: Microphone) -> None:
        self._require(self.call.state is not CallState.TERMINATED)
        self.revise(microphone=microphone)
        self._connect()

    def press(self, digits: str) -> None:
        """RFC 4733 where it was negotiated, else SIP INFO, one digit after another."""
        self._require(self.call.state in (CallState.CONFIRMED, CallState.EARLY))
        request = pj.CallSendDtmfParam()
        request.method = pj.PJSUA_DTMF_METHOD_RFC2833
        request.digits = digits
        try:
            self.sendDtmf(request)
        except pj.Error:
            self._info_digits.add(digits)
            self.pump()

    def pump(self) -> None:
        """What has to wait for its moment: re-INVITEs and digits in INFO."""
        if self.call.state is not CallState.CONFIRMED or self._is_ended_here:
            return
        if self._is_moving and monotonic() >= self._move_due_at:
            self._send_move()
        if self._wants_hold is not self._is_held and monotonic() >= self._hold_due_at:
            self._send_hold()
        self._info_digits.pump(self)

    def go_on_from(self, revision: int) -> None:
        """The call was called interrupted, but this dialog never ended."""
        revision = max(revision, self.call.revision)
        interrupted = {"revision": revision, "continuity": CallContinuity.INTERRUPTED}
        self.call = self.call.model_copy(update=interrupted)
        self.revise(continuity=CallContinuity.RESTORED)

    def update(self) -> CallUpdate:
        """The call as the service is told of it."""
        return CallUpdate(call=self.call, dialog=self._dialog)

    def received_packets(self) -> int | None:
        """RTP packets so far; none while the other side owes us no sound."""
        if self.getId() == pj.PJSUA_INVALID_ID:  # not placed yet: the library would abort
            return None
        is_talking = self.call.state is CallState.CONFIRMED and not self._wants_hold
        if not is_talking or self.call.remote_direction is not MediaDirection.SENDRECV:
            return None
        try:
            packets: int = self.getStreamStat(0).rtcp.rxStat.pkt
        except pj.Error:  # between two streams
            return None
        return packets

    def is_ringing_here(self) -> bool:
        return self.call.direction is CallDirection.INCOMING and self._is_early()

    def require_transferable(self) -> None:
        """Raises WrongCallState if the call waits for our answer, or ends."""
        self._require(self.call.state is not CallState.TERMINATED and not self.is_ringing_here())

    @property
    def media(self) -> pj.AudioMedia | None:
        """The sound of the other side, and the way to it."""
        return self._media

    @property
    def is_ending(self) -> bool:
        return self._is_ended_here or self.call.state is CallState.TERMINATED

    def require_confirmed(self) -> None:
        """Raises WrongCallState."""
        self._require(self.call.state is CallState.CONFIRMED)

    def wants_audio(self) -> bool:
        """Whether this call would be heard now."""
        return not self.is_ending and not self._wants_hold

    # callbacks of the library

    def onCallState(self, prm: pj.OnCallStateParam) -> None:
        info = self.getInfo()
        state = CALL_STATE_OF_INVITE[info.state]
        self._dialog = dialog_of(info, prm.e) or self._dialog
        changes: dict[str, Any] = {"state": state}
        now = datetime.now(UTC)
        if state is CallState.CONFIRMED and self.call.answered_at is None:
            changes["answered_at"] = now
        if state is CallState.TERMINATED:
            self._disconnect()
            cause, problem = cause_of_end(
                direction=self.call.direction,
                was_confirmed=self.call.answered_at is not None,
                ended_here=self._is_ended_here,
                sip_status=info.lastStatusCode,
            )
            changes |= {"cause": cause, "problem": problem, "ended_at": now}
            changes["recordings"] = ended(self.call.recordings, now)
            changes["quality"] = self.meter.whole()
            changes["transfer"] = transfer_at_end(self.call.transfer, cause)
            if self.call.answered_at is None and info.lastStatusCode >= 300:
                changes["sip_status"] = info.lastStatusCode
        self.revise(**changes)

    def onCallMediaState(self, _prm: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()  # keep: info.media points into it
        for index, media in enumerate(info.media):
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            self._is_held = media.status == pj.PJSUA_CALL_MEDIA_LOCAL_HOLD
            is_remotely_held = media.status == pj.PJSUA_CALL_MEDIA_REMOTE_HOLD
            has_audio = media.status == pj.PJSUA_CALL_MEDIA_ACTIVE or is_remotely_held
            self._media = self.getAudioMedia(index) if has_audio else None
            remote = MediaDirection.SENDONLY if is_remotely_held else MediaDirection.SENDRECV
            self._connect()
            self.revise(remote_direction=remote, encryption=self._encryption(index))

    def onCallTransferStatus(self, prm: pj.OnCallTransferStatusParam) -> None:
        """NOTIFY about what we have referred the other side to, or the answer to our REFER."""
        if self.on_referred is not None:
            self.on_referred(prm.statusCode)

    def onCallTransferRequest(self, prm: pj.OnCallTransferRequestParam) -> None:
        """REFER from the other side would let it call anybody in our name."""
        prm.statusCode = pj.PJSIP_SC_DECLINE

    def onCallReplaceRequest(self, prm: pj.OnCallReplaceRequestParam) -> None:
        """INVITE with Replaces (RFC 3891) would be answered without asking where it came from."""
        prm.statusCode = pj.PJSIP_SC_DECLINE

    # the rest

    def revise(self, **changes: Any) -> None:
        """Give the call another revision, if that changes anything."""
        changed = timed(self.call.model_copy(update=changes), datetime.now(UTC))
        if changed != self.call:
            self.call = changed.model_copy(update={"revision": self.call.revision + 1})
            self._on_change(self)

    def drop_media(self) -> None:
        """Before the library is destroyed."""
        self._media = None

    def _connect(self) -> None:
        media = self._media
        self.is_heard = media is not None
        if media is None or self._wants_hold:
            return
        with _refusals_of_the_library():
            media.startTransmit(self._screen)
            if self.call.microphone is Microphone.LIVE:
                self._screen.startTransmit(media)
            else:
                self._screen.stopTransmit(media)

    def _encryption(self, media_index: int) -> Encryption | None:
        try:
            return encryption_of(self, media_index, self._registration.hop.transport)
        except pj.Error:  # no stream
            return self.call.encryption

    def _disconnect(self) -> None:
        self._media = None
        self.is_heard = False

    def _end(self, sip_status: int, *, contact_uri: SipUri | None = None) -> None:
        request = pj.CallOpParam()
        request.statusCode = sip_status
        if contact_uri is not None:
            contact = pj.SipHeader()
            contact.hName, contact.hValue = "Contact", f"<{contact_uri}>"
            request.txOption.headers.append(contact)
        self._is_ended_here = True  # what follows happens within `hangup`
        try:
            self.hangup(request)
        except pj.Error as error:
            self._is_ended_here = False
            raise WrongCallState(error.reason) from error

    def _send_hold(self) -> None:
        """The library refuses a re-INVITE while another is under way: ask again a little later."""
        self._hold_due_at = monotonic() + HOLD_RETRY_S
        if monotonic() > self._hold_given_up_at:
            log.warning("hold refused", call_id=self.call.call_id)
            self._wants_hold = self._is_held
            direction = MediaDirection.SENDONLY if self._is_held else MediaDirection.SENDRECV
            self.revise(local_direction=direction)
            self._connect()
            return
        request = audio_only()
        try:
            if self._wants_hold:
                self.setHold(request)
            else:
                request.opt.flag = pj.PJSUA_CALL_UNHOLD
                self.reinvite(request)
        except pj.Error as error:
            log.debug("re-INVITE waits", call_id=self.call.call_id, reason=error.reason)

    def _send_move(self) -> None:
        self._move_due_at = monotonic() + HOLD_RETRY_S
        request = audio_only()
        request.opt.flag = MOVE_FLAGS
        with suppress(pj.Error):  # another re-INVITE is under way
            self.reinvite(request)
            self._is_moving = False

    def _is_early(self) -> bool:
        return self.call.answered_at is None and self.call.state is not CallState.TERMINATED

    def _require(self, condition: bool) -> None:  # noqa: FBT001
        if not condition or self._is_ended_here:
            raise WrongCallState(self.call.state, state=self.call.state)


@contextmanager
def _refusals_of_the_library() -> Iterator[None]:
    try:
        yield
    except pj.Error as error:
        raise WrongCallState(error.reason) from error
