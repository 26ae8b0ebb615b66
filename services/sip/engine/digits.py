"""Keys of the dial pad where RFC 4733 was not negotiated."""

from collections import deque
from time import monotonic

import pjsua2 as pj
import structlog

log = structlog.get_logger(__name__)

INFO_DIGIT_PERIOD_S = 0.25


class InfoDigits:
    """Wait to be sent in SIP INFO, one after another. Never logged."""

    def __init__(self) -> None:
        self._digits: deque[str] = deque()
        self._due_at = 0.0

    def add(self, digits: str) -> None:
        self._digits.extend(digits)

    def pump(self, call: pj.Call) -> None:
        if not self._digits or monotonic() < self._due_at:
            return
        self._due_at = monotonic() + INFO_DIGIT_PERIOD_S
        request = pj.CallSendDtmfParam()
        request.method = pj.PJSUA_DTMF_METHOD_SIP_INFO
        request.digits = self._digits.popleft()
        try:
            call.sendDtmf(request)
        except pj.Error as error:
            log.warning("digit not sent", reason=error.reason)
