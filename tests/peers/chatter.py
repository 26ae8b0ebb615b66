"""Another chat client: a person at the practice server, with a mind of their own."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Protocol, Self

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError
from slixmpp.plugins.xep_0402 import stanza as bookmarks
from slixmpp.stanza import Message
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

from tests.peers.ear import eventually

PLUGINS = (30, 45, 54, 66, 77, 84, 85, 184, 191, 198, 199, 203, 249, 280)
PLUGINS += (308, 313, 333, 359, 402, 424, 428, 444, 461, 490)
ANSWER_S = 10
MESSAGE_S = 15
"""A file is uploaded before its message is sent, on a machine that is busy with a browser."""


class Server(Protocol):
    """Any that has the people of the practice server."""

    @property
    def xmpp_port(self) -> int: ...

    @property
    def authority(self) -> Path: ...


class Chatter:
    """One signed-in client, in a thread of its own. `messages` are all message stanzas it got."""

    def __init__(
        self, server: Server, user: str, resource: str = "peer", password: str = ""
    ) -> None:
        self.jid = f"{user}@practice"
        self.messages: list[Message] = []
        self._server = server
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self.client: ClientXMPP = self.do(
            lambda: self._make(user, resource, password or f"{user}-practice")
        )

    def __enter__(self) -> Self:
        is_open = threading.Event()
        self.do(lambda: self.client.add_event_handler("session_start", lambda _: is_open.set()))
        self.do(lambda: self.client.connect("127.0.0.1", self._server.xmpp_port))
        assert is_open.wait(ANSWER_S), "the peer is not let in"
        self.do(self.client.send_presence)
        self.ask(lambda: self.client.get_roster())
        self.ask(lambda: self.client.plugin["xep_0280"].enable())
        return self

    def __exit__(self, *_error: object) -> None:
        self.ask(lambda: self.client.disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(ANSWER_S)

    def _run(self) -> None:
        """The thread's own, since that of the test may have a loop of another library."""
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def enter(self, room: str, nick: str | None = None) -> None:
        """Be in a room, without what was said before."""
        muc = self.client.plugin["xep_0045"]
        name = nick or self.jid.partition("@")[0]
        self.ask(lambda: muc.join_muc_wait(JID(room), name, maxstanzas=0, timeout=ANSWER_S))

    def send(self, to: str, body: str, kind: str = "chat", **stanza: Any) -> str:
        """The id of the stanza. `stanza` has its further elements, by slixmpp's names."""

        def write() -> str:
            message = self.client.make_message(mto=to, mbody=body or None, mtype=kind)
            for element, values in stanza.items():
                if isinstance(values, dict):
                    for name, value in values.items():
                        message[element][name] = value
                else:
                    message[element] = values
            message.send()
            return str(message["id"])

        return self.do(write)

    def send_xml(self, text: str) -> None:
        """Anything at all."""
        self.do(lambda: self.client.send_raw(text))

    def hears(self, body: str) -> Message:
        """The first message with this text."""
        return eventually(
            lambda: next((each for each in self.messages if each["body"] == body), None),
            within_s=MESSAGE_S,
            what=f"{self.jid} has not got {body!r}",
        )

    def gets(self, is_it: Callable[[Message], Any]) -> Message:
        """The first message that fits."""
        return eventually(
            lambda: next((each for each in self.messages if is_it(each)), None),
            within_s=MESSAGE_S,
            what=f"{self.jid} has not got the message",
        )

    def bookmark(self, room: str) -> Any:
        """What our account keeps of a room (XEP-0402); None if nothing."""
        pubsub = self.client.plugin["xep_0060"]
        try:
            answer = self.ask(lambda: pubsub.get_items(self.jid, bookmarks.NS))
        except IqError:  # there is no node yet
            return None
        items = answer["pubsub"]["items"]
        return next((each["conference"] for each in items if each["id"] == room), None)

    def archive(self, room: str | None = None) -> list[Message]:
        """All messages of the server's archive, or of a room's, in its order, with their ids."""

        async def read() -> list[Message]:
            archive = self.client.plugin["xep_0313"]
            jid = JID(room) if room else None
            return [each async for each in archive.iterate(jid=jid, rsm={"max": 100})]

        return self.ask(read)

    def do(self, action: Callable[[], Any]) -> Any:
        """Run something in the client's thread."""
        done: Future[Any] = Future()

        def run() -> None:
            try:
                done.set_result(action())
            except Exception as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return done.result(ANSWER_S)

    def ask(self, question: Callable[[], Any], within_s: float = ANSWER_S) -> Any:
        """The same with what has to be awaited."""

        async def run() -> Any:
            return await question()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(within_s)

    def _make(self, user: str, resource: str, password: str) -> ClientXMPP:
        asyncio.set_event_loop(self._loop)
        client = ClientXMPP(f"{self.jid}/{resource}", password)
        client.ca_certs = str(self._server.authority)
        client.enable_direct_tls = False
        for number in PLUGINS:
            client.register_plugin(f"xep_{number:04}", {"auto_ack": False} if number == 184 else {})
        client.register_handler(
            Callback("peer", StanzaPath("message"), lambda stanza: self.messages.append(stanza))
        )
        return client
