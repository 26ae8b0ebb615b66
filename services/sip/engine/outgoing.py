"""A call that is about to be placed."""

from datetime import UTC, datetime

from contracts.identity import SipUri
from contracts.sip import Call, CallDirection, CallState, Priority
from services.sip.engine.commands import PickedUp
from services.sip.engine.remotes import remote_of


def outgoing(
    call_id: str,
    target_uri: SipUri,
    dialled_text: str,
    picked_up: PickedUp | None = None,
    priority: Priority = Priority.NORMAL,
) -> Call:
    """Its first revision."""
    return Call(
        call_id=call_id,
        revision=1,
        direction=CallDirection.OUTGOING,
        state=CallState.TRYING,
        dialled_text=dialled_text,
        priority=priority,
        remote=picked_up.remote if picked_up else remote_of(target_uri),
        picked_up_from=picked_up.picked_up_from if picked_up else None,
        started_at=datetime.now(UTC),
    )
