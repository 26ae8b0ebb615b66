"""`python -m deploy.practice.chat_robots SOCKET AUTHORITY HOST PORT`: bob and carol in chat.

A program beside the one that telephones: nothing of its library may be collected by another thread.
"""

import asyncio
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from slixmpp import JID, ClientXMPP
from slixmpp.stanza import Message, Presence

RESOURCE = "robot"
SILENT_PRIORITY = -1  # nothing that is sent to the bare JID reaches us, RFC 6121 section 8.5.2
READ_AFTER_S = 0.5
TYPES_FOR_S = 1.5
RECONNECT_AFTER_S = 2
QUOTED_CHARACTERS = 1000
_RETRACTION = "{urn:xmpp:message-retract:1}retract"


@dataclass(frozen=True)
class Role:
    """Who is there, and what becomes of a message. `answer` may quote it as `{text}`."""

    user: str
    show: str
    status: str
    answer: str
    reads: bool


BOB = Role("bob", "", "A robot. Write to me!", "You wrote: “{text}”", reads=True)
CAROL = Role("carol", "away", "At lunch", "I am at lunch. A robot wrote this for me.", reads=False)


class ChatRobot:
    """Signed in as one user for as long as it lives. Silent while the user is there."""

    def __init__(self, role: Role, authority: Path, host: str, port: int) -> None:
        self.role = role
        self.signed_in = asyncio.Event()
        self._address = (host, port)
        self._people: set[str] = set()
        self._answering: set[asyncio.Task[None]] = set()
        self._rooms: dict[str, bool] = {}
        """Those that we are in, and whether we have answered there."""
        self._stream = ClientXMPP(f"{role.user}@practice/{RESOURCE}", f"{role.user}-practice")
        self._stream.ca_certs = authority
        self._stream.enable_direct_tls = self._stream.enable_plaintext = False
        for number in (45, 85, 184, 199, 203, 249, 333):
            self._stream.register_plugin(f"xep_{number:04}")
        self._stream.plugin["xep_0184"].auto_ack = False
        self._stream.add_event_handler("session_start", self._begin)
        self._stream.add_event_handler("disconnected", self._connect_later)
        self._stream.add_event_handler("presence", self._notice)
        self._stream.add_event_handler("message", self._hear)
        self._stream.add_event_handler("groupchat_direct_invite", self._enter)
        self._stream.add_event_handler("groupchat_message", self._hear_in_room)

    def connect(self) -> None:
        self._stream.connect(*self._address)

    async def leave(self) -> None:
        self._stream.del_event_handler("disconnected", self._connect_later)
        await self._stream.disconnect()

    def _begin(self, _: object) -> None:
        self._people.clear()
        self._rooms.clear()
        self._show_up()
        self.signed_in.set()

    def _connect_later(self, _: object) -> None:
        asyncio.get_running_loop().call_later(RECONNECT_AFTER_S, self.connect)

    def _show_up(self) -> None:
        priority = SILENT_PRIORITY if self._people else 0
        self._stream.send_presence(
            ppriority=priority, pshow=self.role.show or None, pstatus=self.role.status
        )

    # the user

    def _notice(self, presence: Presence) -> None:
        who, own = presence["from"], self._stream.boundjid
        if who.bare != own.bare or who.resource == own.resource:
            return
        people = self._people - {who.resource}
        if presence["type"] != "unavailable":
            people.add(who.resource)
        if people != self._people:
            self._people = people
            self._show_up()
            if people:
                self._leave_rooms()

    # messages

    def _hear(self, message: Message) -> None:
        is_said = message["type"] == "chat" and message["body"]
        is_late = message["delay"]["stamp"] is not None
        if is_said and not (is_late or self._people) and message.xml.find(_RETRACTION) is None:
            answering = asyncio.ensure_future(self._answer(message))
            self._answering.add(answering)
            answering.add_done_callback(self._answering.discard)

    async def _answer(self, message: Message) -> None:
        sender = message["from"]
        if message["request_receipt"]:
            self._stream.plugin["xep_0184"].ack(message)
        await asyncio.sleep(READ_AFTER_S)
        if self.role.reads:
            self._stream.plugin["xep_0333"].send_marker(
                sender, message["id"], "displayed", mtype="chat"
            )
            typing = self._stream.make_message(sender, mtype="chat")
            typing["chat_state"] = "composing"
            typing.send()
            await asyncio.sleep(TYPES_FOR_S)
        text = self.role.answer.format(text=message["body"][:QUOTED_CHARACTERS])
        reply = self._stream.make_message(sender.bare, text, mtype="chat")
        reply["chat_state"] = "active"
        reply["request_receipt"] = True
        reply.enable("markable")
        reply.send()

    # rooms

    def _enter(self, invitation: Message) -> None:
        """Whoever invites us is a colleague: nobody else can."""
        room = JID(invitation["groupchat_invite"]["jid"])
        if not self._people and room.bare not in self._rooms:
            self._rooms[room.bare] = False
            muc = self._stream.plugin["xep_0045"]
            muc.make_join_stanza(room, self.role.user, maxstanzas=0).send()

    def _leave_rooms(self) -> None:
        for room in self._rooms:
            self._stream.send_presence(pto=f"{room}/{self.role.user}", ptype="unavailable")
        self._rooms.clear()

    def _hear_in_room(self, message: Message) -> None:
        """The first thing that is said is answered, and no other: robots may be alone together."""
        room, nick = message["from"].bare, message["from"].resource
        is_answered = self._rooms.get(room, True)
        if not is_answered and nick != self.role.user and self.role.reads:
            self._rooms[room] = True
            text = self.role.answer.format(text=message["body"][:QUOTED_CHARACTERS])
            self._stream.send_message(room, text, mtype="groupchat")


async def main(socket: Path, authority: Path, host: str, port: int) -> None:
    """Serve until SIGTERM. Somebody listens at the socket when both robots are signed in."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    robots = [ChatRobot(role, authority, host, port) for role in (BOB, CAROL)]
    for robot in robots:
        robot.connect()
    telling = asyncio.ensure_future(_tell_when_signed_in(socket, robots))
    await stopped.wait()
    telling.cancel()
    for robot in robots:
        await robot.leave()


async def _tell_when_signed_in(socket: Path, robots: list[ChatRobot]) -> None:
    for robot in robots:
        await robot.signed_in.wait()
    socket.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(lambda _, writer: writer.close(), socket)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
