"""States and refusals of calls, in the words of the library and of SIP."""

import pjsua2 as pj

from contracts.sip import CallState, RejectScope

CALL_STATE_OF_INVITE = {
    pj.PJSIP_INV_STATE_NULL: CallState.TRYING,
    pj.PJSIP_INV_STATE_CALLING: CallState.TRYING,
    pj.PJSIP_INV_STATE_INCOMING: CallState.EARLY,
    pj.PJSIP_INV_STATE_EARLY: CallState.EARLY,
    pj.PJSIP_INV_STATE_CONNECTING: CallState.CONFIRMED,
    pj.PJSIP_INV_STATE_CONFIRMED: CallState.CONFIRMED,
    pj.PJSIP_INV_STATE_DISCONNECTED: CallState.TERMINATED,
}
STATUS_OF_REJECTION = {RejectScope.HERE: 486, RejectScope.EVERYWHERE: 603}
