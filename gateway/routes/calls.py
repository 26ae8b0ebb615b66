"""Calls."""

from contracts.emergency import is_emergency_number
from contracts.errors import (
    CallNotFound,
    CallNotPlaced,
    EngineDown,
    InvalidRequest,
    NotOffered,
    SignedOut,
    TargetUndiallable,
    WrongCallState,
)
from contracts.gateway import Answer, CallList, Dial, Dtmf, Reject
from contracts.sip import (
    Call,
    CallCommand,
    PlaceCall,
    RejectCall,
    SendDtmf,
    TransferCall,
    TransferTarget,
)
from gateway.api import Api
from gateway.parts import parts, request_id
from gateway.routes.audio_sinks import heard_where_wanted

api = Api("calls")

COMMAND_ERRORS = (CallNotFound, WrongCallState, EngineDown)


@api.operation("GET", "/api/v1/calls")
def list_calls() -> CallList:
    """Calls that have not ended, oldest first."""
    event_id = parts().event_log.last_id()
    return CallList(items=parts().sip.list_calls(), event_id=event_id)


@api.operation(
    "POST",
    "/api/v1/calls",
    status=201,
    errors=(InvalidRequest, SignedOut, CallNotPlaced, EngineDown),
)
def place_call(body: Dial) -> Call:
    """Dial a number in any notation, a name of the instance, or a SIP URI.

    What cannot be dialled gives a call that has already ended; its `problem` says why. An emergency
    number of the instance's region passes every limit; while it is being called, that call is the
    answer, whatever the `Idempotency-Key`. With an own `phone`, that telephone is called first and
    then connected with the target; `placed_on` of the call says how far it got.
    """
    if is_emergency_number(body.target, parts().accounts.region()):
        return heard_where_wanted(parts().sip.call_emergency(body.target))
    command = PlaceCall(target=body.target, phone=body.phone, **request_id())
    return heard_where_wanted(parts().sip.place_call(command))


@api.operation("GET", "/api/v1/calls/<call_id>", errors=(CallNotFound,))
def get_call(call_id: str) -> Call:
    """One call, until an hour after its end."""
    return parts().sip.get_call(call_id)


@api.operation("POST", "/api/v1/calls/<call_id>/answer", errors=COMMAND_ERRORS)
def answer(call_id: str, body: Answer) -> Call:
    """Answer; the call that is talked on is held, or ended with `others` "end".

    An answered call is returned as it is.
    """
    return heard_where_wanted(parts().sip.answer(call_id, body.others))


@api.operation("POST", "/api/v1/calls/<call_id>/reject", errors=COMMAND_ERRORS)
def reject(call_id: str, body: Reject) -> Call:
    """Refuse, for this phone (486) or for all phones of the account (603)."""
    return parts().sip.reject(RejectCall(call_id=call_id, scope=body.scope, **request_id()))


@api.operation("POST", "/api/v1/calls/<call_id>/hang-up", errors=(CallNotFound, EngineDown))
def hang_up(call_id: str) -> Call:
    """End the call, whatever its state."""
    return parts().sip.hang_up(call_id)


@api.operation("POST", "/api/v1/calls/<call_id>/hold", errors=COMMAND_ERRORS)
def hold(call_id: str) -> Call:
    """Hold: the other side hears nothing, nor do we."""
    return parts().sip.hold(_command(call_id))


@api.operation("POST", "/api/v1/calls/<call_id>/resume", errors=COMMAND_ERRORS)
def resume(call_id: str) -> Call:
    """Resume; other running calls are held."""
    return parts().sip.resume(_command(call_id))


@api.operation("POST", "/api/v1/calls/<call_id>/mute", errors=COMMAND_ERRORS)
def mute(call_id: str) -> Call:
    """Switch our microphone off for this call."""
    return parts().sip.mute(_command(call_id))


@api.operation("POST", "/api/v1/calls/<call_id>/unmute", errors=COMMAND_ERRORS)
def unmute(call_id: str) -> Call:
    """Switch our microphone on again."""
    return parts().sip.unmute(_command(call_id))


@api.operation(
    "POST",
    "/api/v1/calls/<call_id>/transfer",
    errors=(*COMMAND_ERRORS, InvalidRequest, SignedOut, CallNotPlaced, TargetUndiallable),
)
def transfer(call_id: str, body: TransferTarget) -> Call:
    """Hand a call over to a `target` that is called for that, or to the party of `to_call_id`.

    The call is held meanwhile, `transfer` says how far it got. When the target has answered the
    others are connected and both calls end; if nothing comes of it, the call comes back. To take
    it back, hang `to_call_id` up. A call that still rings here is redirected (302).
    """
    return parts().sip.transfer(TransferCall(call_id=call_id, to=body, **request_id()))


@api.operation("POST", "/api/v1/calls/<call_id>/dtmf", errors=COMMAND_ERRORS)
def send_dtmf(call_id: str, body: Dtmf) -> Call:
    """Press keys."""
    return parts().sip.send_dtmf(SendDtmf(call_id=call_id, digits=body.digits, **request_id()))


@api.operation("POST", "/api/v1/calls/<call_id>/park", errors=(*COMMAND_ERRORS, NotOffered))
def park(call_id: str) -> Call:
    """Let the PBX keep the other party in a parking slot, from where anybody can go on.

    `transfer` says what came of it, the lamp of a slot who is in it: picking up there retrieves.
    """
    return parts().lamps.park(_command(call_id))


def _command(call_id: str) -> CallCommand:
    return CallCommand(call_id=call_id, **request_id())
