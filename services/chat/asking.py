"""What only the server can do, and how it answered."""

from collections.abc import Callable

import eventlet
from eventlet.event import Event as Reply

from bus.engine import on_engine
from contracts.errors import ChatRefused, DeadlineExceeded
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
        reply = self.progress.answers[query_id] = Reply()
        try:
            ask(query_id)
            with eventlet.Timeout(ANSWER_TIMEOUT_S, DeadlineExceeded("chat server")):
                answer: ServerAnswer = reply.wait()
        finally:
            del self.progress.answers[query_id]
        if answer.condition is not None:
            raise ChatRefused(answer.condition, condition=answer.condition)

    @on_engine(ServerAnswer)
    def server_answered(self, update: ServerAnswer) -> None:
        reply = self.progress.answers.get(update.query_id)
        if reply is not None and not reply.ready():
            reply.send(update)
