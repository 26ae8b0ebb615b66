"""Parking a call: the server, where all our dialogs end, takes it by REFER alone (RFC 3515)."""

from contextlib import suppress
from time import monotonic

import pjsua2 as pj
import structlog

from contracts.errors import WrongCallState
from contracts.identity import SipUri
from contracts.sip import CallProblem, CallState, Transfer, TransferState
from services.sip.engine.legs import Leg
from services.sip.engine.remotes import remote_of

log = structlog.get_logger(__name__)

PARK_TIMEOUT_S = 10.0


class Parking:
    """One call on its way to a slot; it stays ours if the server does not want it."""

    def __init__(self, leg: Leg, uri: SipUri) -> None:
        self.legs = (leg,)
        self.is_over = False
        self._leg = leg
        self._transfer = Transfer(state=TransferState.TRYING, target=remote_of(uri))
        self._give_up_at = monotonic() + PARK_TIMEOUT_S
        leg.on_referred = self._referred
        leg.revise(transfer=self._transfer)
        try:
            leg.xfer(uri, pj.CallOpParam(True))  # noqa: FBT003
        except pj.Error as error:
            log.warning("REFER not sent", call_id=leg.call.call_id, reason=error.reason)
            self._fail()

    def pump(self) -> None:
        if self._leg.call.state is CallState.TERMINATED:
            self.is_over = True
        elif not self.is_over and monotonic() > self._give_up_at:
            self._fail()

    def _referred(self, sip_status: int) -> None:
        """What the server says of our REFER, and of what it asked for (section 2.4.5)."""
        if self.is_over or sip_status < 200:
            return
        if sip_status >= 300:
            log.info("parking refused", call_id=self._leg.call.call_id, sip_status=sip_status)
            self._fail()
            return
        self.is_over = True
        self._leg.revise(transfer=self._changed(TransferState.COMPLETED))
        with suppress(WrongCallState):  # the server was faster
            self._leg.end()

    def _fail(self) -> None:
        self.is_over = True
        failed = self._changed(TransferState.FAILED)
        refused = {"problem": CallProblem.TRANSFER_REFUSED}
        self._leg.revise(transfer=failed.model_copy(update=refused))

    def _changed(self, state: TransferState) -> Transfer:
        return self._transfer.model_copy(update={"state": state})
