"""What becomes of calls that come in."""

from contracts.errors import EngineDown, InvalidRequest, SignedOut
from contracts.incoming import (
    ChangeIncomingRules,
    IncomingPreview,
    IncomingRules,
    IncomingRulesPatch,
)
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("incoming")


@api.operation("GET", "/api/v1/incoming-rules")
def get_incoming_rules() -> IncomingRules:
    """Forwarding, do-not-disturb and one's other phones."""
    return parts().sip.get_incoming_rules()


@api.operation("PATCH", "/api/v1/incoming-rules", errors=(InvalidRequest, SignedOut))
def change_incoming_rules(body: IncomingRulesPatch) -> IncomingRules:
    """Change some of them. A target that cannot be dialled is refused; `field` says which."""
    return parts().sip.change_incoming_rules(ChangeIncomingRules(patch=body, **request_id()))


@api.operation("GET", "/api/v1/incoming-rules/preview")
def preview_incoming() -> IncomingPreview:
    """What an internal and an external caller would get now, by the rules of real calls."""
    return parts().sip.preview_incoming()


@api.operation("POST", "/api/v1/calls/<call_id>/ringing", status=204, errors=(EngineDown,))
def acknowledge_ringing(call_id: str) -> None:
    """A screen rings for this call; without one it may go on to another phone."""
    parts().sip.acknowledge_ringing(call_id)
