"""Who may reach us, and who may see how we are."""

from typing import TypeVar

from pydantic import ValidationError

from contracts.base import Command, Model
from contracts.blocking import BlockCommand, BlockList
from contracts.errors import (
    ChatDisconnected,
    ChatRefused,
    InvalidRequest,
    NotFound,
    SignedOut,
)
from contracts.subscriptions import AnswerSubscription, SubscriptionRequests
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("people")

AnyCommand = TypeVar("AnyCommand", bound=Command)
BLOCKED = "/api/v1/blocked/<jid>"
BLOCKING_ERRORS = (InvalidRequest, SignedOut, ChatDisconnected, ChatRefused)


class SubscriptionAnswer(Model):
    """Whether they may see our presence."""

    is_accepted: bool


@api.operation("GET", "/api/v1/blocked")
def get_block_list() -> BlockList:
    """Whom the chat server keeps away from us, for all devices."""
    return parts().chat.get_block_list()


@api.operation("PUT", BLOCKED, status=204, errors=BLOCKING_ERRORS)
def block(jid: str) -> None:
    """Nothing of theirs reaches us any more, and they see us offline."""
    parts().chat.block(_command(BlockCommand, jid))


@api.operation("DELETE", BLOCKED, status=204, errors=BLOCKING_ERRORS)
def unblock(jid: str) -> None:
    """Let them reach us again."""
    parts().chat.unblock(_command(BlockCommand, jid))


@api.operation("GET", "/api/v1/subscription-requests")
def list_subscription_requests() -> SubscriptionRequests:
    """Who asks to see our presence and has no answer yet."""
    return parts().chat.list_subscription_requests()


@api.operation(
    "PUT",
    "/api/v1/subscription-requests/<jid>",
    errors=(InvalidRequest, NotFound, SignedOut, ChatDisconnected),
)
def answer_subscription(jid: str, body: SubscriptionAnswer) -> SubscriptionRequests:
    """Let them see it, and ask for theirs; or refuse. The answer is those who are left."""
    command = _command(AnswerSubscription, jid, is_accepted=body.is_accepted)
    return parts().chat.answer_subscription(command)


def _command(kind: type[AnyCommand], jid: str, **fields: object) -> AnyCommand:
    """Raises InvalidRequest."""
    try:
        return kind.model_validate({"jid": jid, **fields, **request_id()})
    except ValidationError as error:
        raise InvalidRequest("not an address", field="jid") from error
