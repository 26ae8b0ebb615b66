"""Lamps: who is called and who talks, and what can be done about it."""

from contracts.errors import (
    CallNotPlaced,
    EngineDown,
    InvalidRequest,
    LampNotFound,
    NotOffered,
    SignedOut,
    WrongLampState,
)
from contracts.gateway import LampList
from contracts.lamps import Lamp, LampCommand
from contracts.sip import Call
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("lamps")


@api.operation("GET", "/api/v1/lamps")
def list_lamps() -> LampList:
    """Numbers of colleagues and parking slots, each with its call state, in no order."""
    event_id = parts().event_log.last_id()
    return LampList(items=parts().lamps.list_lamps(), event_id=event_id)


@api.operation(
    "POST",
    "/api/v1/lamps/<number>/pick-up",
    status=201,
    errors=(
        LampNotFound,
        WrongLampState,
        NotOffered,
        InvalidRequest,
        SignedOut,
        CallNotPlaced,
        EngineDown,
    ),
)
def pick_up(number: str) -> Call:
    """Take over the call that rings at a colleague's, or that is parked in a slot."""
    return parts().lamps.pick_up(_command(number))


@api.operation("POST", "/api/v1/lamps/<number>/completion", errors=(LampNotFound, InvalidRequest))
def request_completion(number: str) -> Lamp:
    """Ask to be told when somebody is free: `completion.is_ready` says so; nothing is dialled.

    Ends when a call of ours rings there or we talk to each other, and after eight hours.
    """
    return parts().lamps.request_completion(_command(number))


@api.operation("DELETE", "/api/v1/lamps/<number>/completion", errors=(LampNotFound, InvalidRequest))
def cancel_completion(number: str) -> Lamp:
    """Do not tell."""
    return parts().lamps.cancel_completion(_command(number))


def _command(number: str) -> LampCommand:
    """Raises InvalidRequest."""
    try:
        return LampCommand.model_validate({"number": number, **request_id()})
    except ValueError as error:
        raise InvalidRequest("not a number", field="number") from error
