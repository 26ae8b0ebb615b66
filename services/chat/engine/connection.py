"""Keeps one stream open: finds the server, connects, notices the end, tries again."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

import structlog
from pydantic import SecretStr
from slixmpp import JID
from slixmpp.exceptions import IqError, IqTimeout

from contracts.chat_connection import ChatConnection, ChatProblem, ChatState
from services.chat.engine.client import XmppClient
from services.chat.engine.commands import ConnectionUpdate, EngineChatAccount
from services.chat.engine.locate import Hop, Unlocatable, locate

log = structlog.get_logger(__name__)

ATTEMPT_TIMEOUT_S = 6.0
GUESS_TIMEOUT_S = 2.0
PAUSE_S = (1.0, 60.0)  # first and longest
PING_PERIOD_S = 60.0
PING_TIMEOUT_S = 15.0
LEAVE_TIMEOUT_S = 1.0
PASSWORD_TIMEOUT_S = 10.0
REGISTER = "jabber:iq:register"
CREDENTIALS_REFUSED = ("not-authorized", "account-disabled", "credentials-expired")


class AttemptFailed(Exception):
    """No stream; `problem` says why."""

    def __init__(self, problem: ChatProblem, detail: str) -> None:
        super().__init__(detail)
        self.problem = problem
        self.detail = detail


class Connection:
    """The stream of one account, from `begin` to `leave`."""

    def __init__(
        self,
        account: EngineChatAccount,
        dns_server: str | None,
        on_change: Callable[[ConnectionUpdate], None],
    ) -> None:
        self.account = account
        self.client = XmppClient(account.account, account.resource)
        self._dns_server = dns_server
        self._on_change = on_change
        self._outcome: asyncio.Future[bool] | None = None
        """Of the attempt that runs: whether the stream is a new one."""
        self._lost: asyncio.Future[str] | None = None
        self._condition = ""
        self._task: asyncio.Task[None] | None = None
        self.update = self._state(ChatState.CONNECTING)
        self._listen()

    @property
    def is_connected(self) -> bool:
        return self.update.connection.state is ChatState.CONNECTED

    def begin(self) -> None:
        self._task = asyncio.get_event_loop().create_task(self._run())

    async def change_password(self, password: SecretStr) -> None:
        """XEP-0077 section 3.3. This stream stays open, the next one begins with it.

        Raises IqError, IqTimeout.
        """
        account, client = self.account.account, self.client
        iq = client.make_iq_set(ito=client.boundjid.host)
        query = ET.SubElement(iq.xml, f"{{{REGISTER}}}query")
        ET.SubElement(query, f"{{{REGISTER}}}username").text = client.boundjid.user
        ET.SubElement(query, f"{{{REGISTER}}}password").text = password.get_secret_value()
        await iq.send(timeout=PASSWORD_TIMEOUT_S)
        client.password = password.get_secret_value()
        changed = account.model_copy(update={"password": password})
        self.account = self.account.model_copy(update={"account": changed})

    async def leave(self) -> None:
        """Close the stream, so that others see us go at once."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self.client.cancel_connection_attempt()
        if self.client.is_connected():
            with suppress(Exception):
                await asyncio.wait_for(self.client.disconnect(), LEAVE_TIMEOUT_S)
        self.client.abort()

    # the loop

    async def _run(self) -> None:
        pause_s, longest_pause_s = PAUSE_S
        while True:
            is_guess = False
            try:
                hops = await locate(self.account.account.profile, self._dns_server)
                is_guess = hops[0].is_guess
                is_new = await self._connect(hops)
            except Unlocatable as error:
                if error.problem is None:
                    self._report(ChatState.ABSENT, detail=error.detail)
                    return
                problem, detail = error.problem, error.detail
            except AttemptFailed as error:
                problem, detail = error.problem, error.detail
            else:
                pause_s = PAUSE_S[0]
                self._change(self._state(ChatState.CONNECTED, is_new=is_new))
                problem, detail = ChatProblem.SERVER_UNREACHABLE, await self._watch()
            if problem is ChatProblem.WRONG_PASSWORD:
                self._report(ChatState.DISCONNECTED, problem=problem, detail=detail)
                return
            retry_at = datetime.now(UTC) + timedelta(seconds=pause_s)
            self._change(
                self._state(
                    ChatState.DISCONNECTED,
                    problem=problem,
                    detail=detail,
                    retry_at=retry_at,
                    is_guess=is_guess,
                )
            )
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, longest_pause_s)
            self._report(ChatState.CONNECTING)

    async def _connect(self, hops: list[Hop]) -> bool:
        """Whether the stream is a new one. Raises AttemptFailed."""
        failure = AttemptFailed(ChatProblem.SERVER_UNREACHABLE, "no address")
        for hop in hops:
            try:
                return await self._attempt(hop)
            except AttemptFailed as error:
                log.info("no stream", host=hop.host, port=hop.port, problem=error.problem)
                failure = error
                if error.problem is ChatProblem.WRONG_PASSWORD:
                    break
        raise failure

    async def _attempt(self, hop: Hop) -> bool:
        loop = asyncio.get_running_loop()
        self._outcome, self._lost, self._condition = loop.create_future(), loop.create_future(), ""
        self.client.connect_to(hop)
        try:
            timeout_s = GUESS_TIMEOUT_S if hop.is_guess else ATTEMPT_TIMEOUT_S
            return await asyncio.wait_for(self._outcome, timeout_s)
        except TimeoutError as error:
            raise AttemptFailed(ChatProblem.SERVER_UNREACHABLE, "no answer in time") from error
        finally:
            is_open = self._outcome.done() and not self._outcome.cancelled()
            if not is_open or self._outcome.exception() is not None:
                self.client.cancel_connection_attempt()
                self.client.abort()
            self._outcome = None

    async def _watch(self) -> str:
        """Until the stream ends: why it did. A dead one ends because a ping is not answered."""
        lost = self._lost
        assert lost is not None  # noqa: S101 - made by the attempt
        while True:
            done, _waiting = await asyncio.wait([lost], timeout=PING_PERIOD_S)
            if done:
                return lost.result()
            try:
                await self.client.plugin["xep_0199"].send_ping(
                    JID(self.client.boundjid.host), timeout=PING_TIMEOUT_S
                )
            except IqTimeout:
                self.client.abort()
            except IqError:
                pass  # an answer

    # what slixmpp tells

    def _listen(self) -> None:
        handlers: dict[str, Callable[[Any], None]] = {
            "session_start": partial(self._opened, is_new=True),
            "session_resumed": partial(self._opened, is_new=False),
            "connection_failed": self._not_reached,
            "ssl_invalid_chain": self._distrusted,
            "failed_auth": self._refused,
            "failed_all_auth": self._locked_out,
            "stream_error": self._told_why,
            "disconnected": self._disconnected,
        }
        for name, handler in handlers.items():
            self.client.add_event_handler(name, handler)

    def _opened(self, _event: Any, *, is_new: bool) -> None:
        if not self.client.is_encrypted:
            self._fail(ChatProblem.TLS_REFUSED, "the server does not encrypt")
        elif self._outcome is not None and not self._outcome.done():
            self._outcome.set_result(is_new)

    def _not_reached(self, error: Any) -> None:
        if isinstance(error, ssl.SSLError):
            self._distrusted(error)
        elif isinstance(error, ConnectionRefusedError):
            self._fail(ChatProblem.CONNECTION_REFUSED, str(error))
        elif isinstance(error, OSError):
            # "Multiple exceptions": one for each address of the name
            is_closed = "refused" in str(error)
            problem = (
                ChatProblem.CONNECTION_REFUSED if is_closed else ChatProblem.SERVER_UNREACHABLE
            )
            self._fail(problem, str(error))
        else:
            self._fail(ChatProblem.UNKNOWN_SERVER, str(error))

    def _distrusted(self, error: Any) -> None:
        self._fail(ChatProblem.TLS_REFUSED, str(error))

    def _refused(self, failure: Any) -> None:
        self._condition = failure["condition"]

    def _locked_out(self, _event: Any) -> None:
        is_wrong = self._condition in CREDENTIALS_REFUSED
        problem = ChatProblem.WRONG_PASSWORD if is_wrong else ChatProblem.SERVER_ERROR
        self._fail(problem, self._condition or "no way to sign in that both sides know")

    def _told_why(self, error: Any) -> None:
        self._condition = error["condition"]
        known = ChatProblem.UNKNOWN_SERVER if self._condition == "host-unknown" else None
        self._fail(known or ChatProblem.SERVER_ERROR, self._condition)

    def _disconnected(self, reason: Any) -> None:
        if isinstance(reason, ssl.SSLError):  # told here before `ssl_invalid_chain` has been
            self._distrusted(reason)
        self._fail(ChatProblem.SERVER_UNREACHABLE, str(reason or "the connection was closed"))
        if self._lost is not None and not self._lost.done():
            self._lost.set_result(self._condition or str(reason or "the connection was closed"))

    def _fail(self, problem: ChatProblem, detail: str) -> None:
        if self._outcome is not None and not self._outcome.done():
            self._outcome.set_exception(AttemptFailed(problem, detail))

    # what we tell

    def _report(self, state: ChatState, **fields: Any) -> None:
        self._change(self._state(state, **fields))

    def _change(self, update: ConnectionUpdate) -> None:
        self.update = update
        self._on_change(update)

    def _state(
        self, state: ChatState, *, is_new: bool = False, is_guess: bool = False, **fields: Any
    ) -> ConnectionUpdate:
        account = self.account.account
        jid = None if state is ChatState.ABSENT else f"{account.user}@{account.profile.domain}"
        connection = ChatConnection(jid=jid, state=state, **fields)
        return ConnectionUpdate(connection=connection, is_new=is_new, is_guess=is_guess)
