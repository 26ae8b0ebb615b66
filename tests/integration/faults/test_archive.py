"""Streams break, parts die, the chat server restarts: the conversation stays that of its archive.

What happens is random; the seed is in the name of a test that fails. ARCHIVE_SEEDS is how many
are tried.
"""

import os
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from deploy.program import write
from deploy.stack import Stack
from tests.peers.chat_server import ChatServer
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face
from tests.peers.forgetful_road import ForgetfulRoad
from tests.peers.supervised import SupervisedStack

BOB = "bob@practice"
SEEDS = int(os.environ.get("ARCHIVE_SEEDS", "1"))
EVENTS = 14
SETTLED_WITHIN_S = 40
ASK_FOR_S = 30


@pytest.fixture(scope="module")
def server(servers_directory: Path) -> Iterator[ChatServer]:
    with ChatServer(servers_directory / "chat-server") as server:
        yield server


@pytest.fixture(scope="module")
def road(server: ChatServer) -> Iterator[ForgetfulRoad]:
    """Between the stack and the server."""
    with ForgetfulRoad(server.practice.xmpp_port) as road:
        yield road


@pytest.fixture(scope="module")
def stack(
    server: ChatServer, road: ForgetfulRoad, servers_directory: Path
) -> Iterator[SupervisedStack]:
    practice = server.practice
    profile = practice.profile().replace(f"port = {practice.xmpp_port}", f"port = {road.port}")
    write(practice.instances / "practice.toml", profile)
    instances = (practice.instances,)
    stack = SupervisedStack(Stack.create(servers_directory / "archive", instances, name="archive"))
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def alice(stack: SupervisedStack) -> Iterator[Face]:
    """Signed in to chat alone: there is no PBX."""
    credentials = {
        "user": "alice",
        "password": "alice-practice",
        "server": "practice",
        "remember": True,
        "without": "sip",
    }
    with Face(stack.stack.address) as face:
        response = face.request("POST", "/api/v1/session", credentials)
        assert response.status_code == 200, response.text
        assert response.json()["chat"]["state"] == "connected"
        assert response.json()["sip"]["aor"] is None
        yield face


@pytest.mark.parametrize("is_room", [False, True], ids=["two", "room"])
@pytest.mark.parametrize("seed", random.sample(range(10**6), SEEDS))
def test_the_conversation_is_that_of_the_archive_whatever_fails(
    server: ChatServer,
    road: ForgetfulRoad,
    stack: SupervisedStack,
    alice: Face,
    seed: int,
    is_room: bool,  # noqa: FBT001 - a parameter of the test
):
    chance = random.Random(seed)
    mark = uuid4().hex
    room = begins_room(alice) if is_room else None
    conversation = room or BOB
    written: list[str] = []

    def alice_writes() -> None:
        for _ in range(chance.randint(1, 3)):
            written.append(text := f"{mark} alice {len(written)}")
            alice_says(alice, conversation, text)

    def bob_writes() -> None:
        somebody_writes(server, "bob", room, chance.randint(1, 12), mark)

    def tablet_writes() -> None:
        somebody_writes(server, "alice", room, chance.randint(1, 3), mark)

    says = [alice_writes, bob_writes, tablet_writes]
    fails: list[Callable[[], object]] = [
        lambda: stack.kill("chat"),
        lambda: stack.kill("chat-engine"),
        server.restart,
        server.crash,
        *[road.breaks] * 3,
    ]
    chance.shuffle(fails)
    for number in range(EVENTS):
        if number % 3 == 2 and fails:
            fails.pop()()
        chance.choice(says)()

    alice_writes()
    with Chatter(server.practice, "alice", "auditor") as auditor:
        expected: list[str] = []

        def is_settled() -> bool:
            expected[:] = [
                message["mam_result"]["forwarded"]["stanza"]["body"]
                for message in auditor.archive(room)
                if mark in message["mam_result"]["forwarded"]["stanza"]["body"]
            ]
            is_whole = set(written) <= set(expected)
            return is_whole and shown(alice, conversation, mark) == expected

        eventually(is_settled, within_s=SETTLED_WITHIN_S, what=f"seed {seed}: not as the archive")
    assert sorted(each for each in expected if f"{mark} alice" in each) == sorted(written)


def begins_room(face: Face) -> str:
    """When the connection is back after the last break."""

    def begin() -> httpx.Response | None:
        room = {"name": "Room", "members": [BOB]}
        response = face.request("POST", "/api/v1/rooms", room)
        return response if response.status_code == 201 else None

    return str(eventually(begin, within_s=ASK_FOR_S).json()["conversation_id"])


def alice_says(face: Face, conversation: str, text: str) -> None:
    """As a page does: again, under the same key, until there is an answer."""
    key = uuid4().hex
    deadline = time.monotonic() + ASK_FOR_S

    def is_answered() -> bool:
        try:
            response = face.request(
                "POST",
                f"/api/v1/conversations/{conversation}/messages",
                {"body": text},
                headers={"Idempotency-Key": key},
                timeout=6,
            )
        except httpx.TransportError:
            return False
        assert response.status_code in (201, 409, 503, 504), response.text
        return response.status_code in (201, 409)  # 409: it died with the answer

    eventually(is_answered, within_s=deadline - time.monotonic(), what="no answer")


def somebody_writes(
    server: ChatServer, user: str, room: str | None, number: int, mark: str
) -> None:
    """From another client, to the other or into a room, and until the server has it all."""
    with Chatter(server.practice, user, "elsewhere") as writer:
        texts = [f"{mark} elsewhere {user} {each} {uuid4()}" for each in range(number)]
        if room is not None:
            writer.enter(room)
        for text in texts:
            if room is not None:
                writer.send(room, text, kind="groupchat")
            else:
                writer.send(BOB if user == "alice" else "alice@practice", text)
        if room is not None:
            writer.hears(texts[-1])
        writer.ask(lambda: writer.client.plugin["xep_0199"].send_ping(writer.client.boundjid.bare))


def shown(face: Face, conversation: str, mark: str) -> list[str]:
    path = f"/api/v1/conversations/{conversation}/messages"
    response = face.request("GET", path, params={"limit": 200})
    if response.status_code != 200:
        return []
    return [each["body"] for each in response.json()["items"] if mark in each["body"]]
