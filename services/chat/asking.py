"""What only the server can do, and how it answered."""

from collections.abc import Callable

from bus.engine import on_engine
from contracts.errors import ChatRefused
from services.chat.account import AccountPart
from services.chat.engine.server_answer import ServerAnswer

ANSWER_TIMEOUT_S = 12.0
"""The engine gives up sooner."""


class AskingPart(AccountPart):
    """The part of ChatService that waits for the server's answer."""

    def ask(self, ask: Callable[[str], None]) -> None:
        """`ask` gives the engine a command with the id of a query.

        Raises SignedOut, ChatDisconnected, ChatRefused, DeadlineExceeded.
        """
        self.require_account()
        query_id = self.progress.new_query()
        with self.progress.replying(query_id, ANSWER_TIMEOUT_S) as reply:
            ask(query_id)
            answer: ServerAnswer = reply.wait()
        if answer.condition is not None:
            raise ChatRefused(answer.condition, condition=answer.condition)

    @on_engine(ServerAnswer)
    def server_answered(self, update: ServerAnswer) -> None:
        self.progress.reply(update.query_id, update)
