"""The chat client of the stack: one account, its stream, and what came by it."""

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

import structlog
from slixmpp.stanza import Message
from slixmpp.xmlstream import StanzaBase
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

from bus.engine_server import EngineServer
from contracts.base import Model
from contracts.chat_connection import ChatConnection
from contracts.errors import ChatDisconnected
from contracts.presence import OwnPresence
from services.chat.engine.archive import Archive
from services.chat.engine.client import XmppClient
from services.chat.engine.commands import (
    Acknowledgement,
    ArchiveQuery,
    Arrival,
    ArrivalsUpdate,
    ChatSnapshot,
    ConnectionUpdate,
    EngineChatAccount,
    Outgoing,
    OutgoingKind,
    Stanza,
)
from services.chat.engine.connection import Connection
from services.chat.engine.displayed import DisplayedNode
from services.chat.engine.outgoing import write
from services.chat.engine.personal import PersonalCommands
from services.chat.engine.presence import PresenceSender
from services.chat.engine.room_agent import RoomAgent
from services.chat.engine.roster import Roster
from services.chat.engine.stanzas import read
from services.chat.engine.upload_query import UploadQuery
from services.chat.engine.uploads import Uploads
from services.chat.settings import ChatSettings

log = structlog.get_logger(__name__)

MOST_HELD = 2000
"""Of what the service has not stored yet; the archive has what is beyond."""


class ChatAgent(RoomAgent, PersonalCommands):
    """Runs in the thread that polls, between and within turns of its asyncio loop."""

    def __init__(self, settings: ChatSettings) -> None:
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._bell = asyncio.Event()
        self._dns_server = settings.dns_server
        self._server: EngineServer | None = None
        self._connection: Connection | None = None
        self._archive: Archive | None = None
        self._uploads: Uploads | None = None
        self._roster: Roster | None = None
        self._presence: PresenceSender | None = None
        self._displayed: DisplayedNode | None = None
        self._held: deque[Arrival] = deque(maxlen=MOST_HELD)
        self._fresh: list[Arrival] = []
        self._number = 0
        self._taken: set[str] = set()
        """Stanza ids that this stream has carried: it resumes, or all of them are forgotten."""
        self._tasks: set[asyncio.Task[Any]] = set()

    # the loop

    def report_to(self, server: EngineServer) -> None:
        self._server = server

    def poll(self, poll_ms: int) -> None:
        self._loop.run_until_complete(self._turn(poll_ms / 1000))

    def wake(self) -> None:
        with suppress(RuntimeError):  # the loop is closed: the process ends
            self._loop.call_soon_threadsafe(self._bell.set)

    def snapshot(self) -> ChatSnapshot:
        return ChatSnapshot(
            account=self._connection.account if self._connection else None,
            connection=self.get_connection(),
            arrivals=tuple(self._held),
            roster=self._roster.snapshot() if self._roster else None,
            avatars=self._avatars.snapshot() if self._avatars else (),
            block_list=self._block_list.snapshot() if self._block_list else None,
            subscriptions=self._subscriptions.snapshot() if self._subscriptions else None,
        )

    def close(self) -> None:
        """Go offline, so that others see it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._loop.run_until_complete(connection.leave())

    async def _turn(self, timeout_s: float) -> None:
        if timeout_s:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), timeout_s)
        else:
            await asyncio.sleep(0)
        self._bell.clear()

    # commands

    def put_account(self, account: EngineChatAccount, presence: OwnPresence) -> None:
        self._leave()
        connection = Connection(account, self._dns_server, self._connection_changed)
        client = connection.client
        self._connection = connection
        client.register_handler(Callback("Handset", StanzaPath("message"), self._received))
        client.add_event_handler("session_start", self._session_started)
        client.add_event_handler("stanza_acked", self._acknowledged)
        self._archive = self._open_rooms(client, presence)
        self._uploads = Uploads(client)
        self._roster = Roster(client, self._emit)
        self.follow(client)
        self._presence = PresenceSender(client, presence)  # told after the roster was asked for
        self._displayed = DisplayedNode(client, self._emit)
        connection.begin()
        self._emit(connection.update)

    def remove_account(self) -> None:
        self._leave()
        self._held.clear()
        self._emit(self.get_connection())

    def get_connection(self) -> ConnectionUpdate:
        if self._connection is None:
            return ConnectionUpdate(connection=ChatConnection())
        return self._connection.update

    def put_presence(self, presence: OwnPresence) -> None:
        if self._presence is not None:
            self._presence.put(presence)
        if self._rooms is not None:
            self._rooms.put_presence(presence)

    def send(self, stanza: Outgoing) -> None:
        client = self._client()
        if stanza.stanza_id in self._taken or not self._is_place_open(stanza):
            return
        self._taken.add(stanza.stanza_id)
        is_marker = stanza.kind is OutgoingKind.DISPLAYED
        if is_marker and stanza.target_archive_id and self._displayed:
            self._displayed.put(
                stanza.conversation_id, stanza.target_archive_id, is_groupchat=stanza.is_groupchat
            )
        message = write(client, stanza)
        if is_marker and stanza.is_groupchat:  # nobody else in the room needs to know
            self._has_taken(message)
            return
        message.send()
        if not client.has_acknowledgements():
            self._acknowledged(message)

    def acknowledge(self, conversation_id: str, stanza_id: str) -> None:
        client = self._client()
        roster = client.client_roster
        if conversation_id in roster and roster[conversation_id]["from"]:
            message = client.make_message(mto=conversation_id, mtype="chat")
            message["receipt"] = stanza_id
            message.enable("store")
            message.send()

    def set_composing(
        self, conversation_id: str, *, is_composing: bool, is_groupchat: bool
    ) -> None:
        message = self._client().message_to(conversation_id, is_groupchat=is_groupchat)
        message["chat_state"] = "composing" if is_composing else "paused"
        message.enable("no-store")
        message.send()

    def read_archive(self, query: ArchiveQuery) -> None:
        self._client()
        if self._archive is not None:
            self._spawn(self._read_archive(self._archive, query))

    def ask_for_upload(self, query: UploadQuery) -> None:
        self._client()
        if self._uploads is not None:
            self._spawn(self._answer_upload(self._uploads, query))

    def forget_arrivals(self, up_to: int) -> None:
        while self._held and self._held[0].number <= up_to:
            self._held.popleft()

    # what comes

    def _received(self, message: StanzaBase) -> None:
        if self._connection is None or self._archive is None or not isinstance(message, Message):
            return
        own = self._connection.client.own
        if message.get_plugin("mam_result", check=True) is not None:
            self._archive.take(message)
            return
        for carbon in ("carbon_received", "carbon_sent"):
            if message.get_plugin(carbon, check=True) is not None:
                if message["from"].bare != own:  # CVE-2017-5589: only our server makes copies
                    log.warning("forged carbon", sender=message["from"].bare)
                    return
                message = message[carbon]
                break
        if isinstance(message, Message) and (stanza := self._said(message, own)) is not None:
            self._hold(stanza=stanza)

    def _said(self, message: Message, own: str) -> Stanza | None:
        if message["type"] == "groupchat":
            return self._read_room(message)
        self._notice_room(message)
        return read(message, own)

    def _acknowledged(self, stanza: Any) -> None:
        """A message in a room has arrived when the room sends it back."""
        is_ours = isinstance(stanza, Message) and stanza["id"] in self._taken
        if is_ours and stanza["type"] != "groupchat":
            self._has_taken(stanza)

    def _has_taken(self, message: Message) -> None:
        acknowledgement = Acknowledgement(
            conversation_id=message["to"].bare, stanza_id=message["id"]
        )
        self._hold(acknowledgement=acknowledgement)

    def _hold(self, **what: Stanza | Acknowledgement) -> None:
        """The service stores together what came in one go: a burst costs it little."""
        self._number += 1
        arrival = Arrival.model_validate({"number": self._number, **what})
        self._held.append(arrival)
        if not self._fresh:
            self._loop.call_soon(self._tell)
        self._fresh.append(arrival)

    def _tell(self) -> None:
        arrivals, self._fresh = tuple(self._fresh), []
        self._emit(ArrivalsUpdate(arrivals=arrivals))

    def _connection_changed(self, update: ConnectionUpdate) -> None:
        if update.is_new:
            self._taken.clear()
        self._emit(update)

    def _session_started(self, _event: Any) -> None:
        if self._connection is not None and self._archive is not None:
            self._archive.forget_server()
            self._connection.client.plugin["xep_0280"].enable(timeout=10)

    # what goes

    def _client(self) -> XmppClient:
        """Raises ChatDisconnected."""
        if self._connection is None or not self._connection.is_connected:
            raise ChatDisconnected
        return self._connection.client

    async def _answer_upload(self, uploads: Uploads, query: UploadQuery) -> None:
        self._emit(await uploads.answer(query))

    async def _read_archive(self, archive: Archive, query: ArchiveQuery) -> None:
        self._emit(await archive.read(query))

    def _leave(self) -> None:
        connection, self._connection = self._connection, None
        self._close_rooms()
        self._archive = self._uploads = self._roster = self._presence = self._displayed = None
        self.forget()
        self._taken.clear()
        if connection is not None:
            self._spawn(connection.leave())

    def _spawn(self, work: Any) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _emit(self, update: Model) -> None:
        if self._server is not None:
            self._server.emit(update)
