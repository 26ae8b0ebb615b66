"""Feature codes, dialled without anybody hearing it."""

from collections.abc import Callable, MutableMapping
from time import monotonic
from uuid import uuid4

import pjsua2 as pj
import structlog

from contracts.identity import SipUri
from contracts.sip import CallState
from services.sip.engine.commands import FeatureCodeUpdate
from services.sip.engine.endings import Endings
from services.sip.engine.legs import Leg
from services.sip.engine.media import ScreenPort, audio_only
from services.sip.engine.outgoing import outgoing
from services.sip.engine.registration import SipRegistration
from services.sip.engine.unheard import HiddenLeg

log = structlog.get_logger(__name__)

HEARD_OUT_S = 2.0
"""The server may say what it has done, and hangs up itself, or not."""


class FeatureCodeCalls:
    """Those that are being dialled."""

    def __init__(
        self,
        legs: MutableMapping[str, Leg],
        screen: ScreenPort,
        emit: Callable[[FeatureCodeUpdate], None],
        endings: Endings,
    ) -> None:
        self._legs = legs
        self._screen = screen
        self._emit = emit
        self._endings = endings
        self._hang_up_at: dict[str, float] = {}

    def dial(self, registration: SipRegistration, code: str, uri: SipUri) -> None:
        """The outcome comes as an update."""
        call = outgoing(uuid4().hex, uri, code)
        leg = HiddenLeg(registration, call, self._screen, self._changed)
        self._legs[call.call_id] = leg
        try:
            leg.makeCall(uri, audio_only())
        except pj.Error as error:
            log.warning("feature code not dialled", reason=error.reason)
            if self._legs.pop(call.call_id, None) is not None:
                self._emit(FeatureCodeUpdate(code=code, is_taken=False))

    def pump(self) -> None:
        """Hang up where the server does not."""
        for call_id, at in list(self._hang_up_at.items()):
            if monotonic() >= at:
                del self._hang_up_at[call_id]
                self._legs[call_id].end()

    def _changed(self, leg: Leg) -> None:
        call = leg.call
        if self._legs.get(call.call_id) is not leg:
            return
        if call.state is CallState.CONFIRMED and call.call_id not in self._hang_up_at:
            self._hang_up_at[call.call_id] = monotonic() + HEARD_OUT_S
            self._emit(FeatureCodeUpdate(code=call.dialled_text or "", is_taken=True))
        elif call.state is CallState.TERMINATED:
            del self._legs[call.call_id]
            self._hang_up_at.pop(call.call_id, None)
            self._endings.add(leg)
            if call.answered_at is None:
                log.warning("feature code refused", sip_status=call.sip_status)
                self._emit(FeatureCodeUpdate(code=call.dialled_text or "", is_taken=False))
