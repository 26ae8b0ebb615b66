"""Chat at other servers than that of the practice server: what a person relies on."""

import os
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from slixmpp.exceptions import IqError
from slixmpp.plugins.xep_0490 import stanza as mds

from deploy.practice import certificates
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import Process, running, start, stop
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.ejabberd import Ejabberd
from tests.peers.face import Face, Json
from tests.peers.name_server import NameServer
from tests.peers.prosody13 import Prosody13
from tests.peers.tls_door import TlsDoor

ALICE, BOB = "alice@practice", "bob@practice"
CONVERSATION = f"/api/v1/conversations/{BOB}"
DIRECT_TLS = ("_xmpps-client._tcp.practice", "SRV")
STARTTLS = ("_xmpp-client._tcp.practice", "SRV")

ChatServer = Ejabberd | Prosody13
Zone = dict[tuple[str, str], list[str]]


@dataclass
class World:
    """A server, what DNS tells of it, and Alice's stack, whose chat engine can be away."""

    server: ChatServer
    zone: Zone
    stack: Stack
    face: Face
    engine: Process | None = None

    def is_told_by_dns(self, service: tuple[str, str], port: int) -> None:
        """And nothing else is."""
        self.zone.clear()
        self.zone[service] = [f"0 0 {port} localhost."]

    def engine_starts(self) -> None:
        (program,) = (each for each in stack_programs(self.stack) if each.name == "chat-engine")
        own = {**program.environment, **os.environ}
        self.engine = start(replace(program, environment=own), self.stack.directory / "log")

    def engine_stops(self) -> None:
        if self.engine is not None:
            stop(self.engine)
            self.engine = None

    def signs_in(self, server: str) -> Json:
        """How chat is then."""
        response = self.face.sign_in(server=server, without="sip")
        assert response.status_code == 200, response.text
        return response.json()["chat"]

    def connection(self) -> Json:
        return self.face.request("GET", "/api/v1/session").json()["chat"]

    def says(self, body: str) -> Json:
        response = self.face.request("POST", f"{CONVERSATION}/messages", {"body": body})
        assert response.status_code == 201, response.text
        return response.json()

    def conversation(self) -> Json:
        return self.face.request("GET", CONVERSATION).json()

    def messages(self) -> list[Json]:
        page = self.face.request("GET", f"{CONVERSATION}/messages", params={"limit": 200})
        return page.json()["items"]

    def sees(self, body: str, **expected: object) -> Json:
        def look() -> Json | None:
            return next(
                (
                    each
                    for each in self.messages()
                    if each["body"] == body and expected.items() <= each.items()
                ),
                None,
            )

        return eventually(look, what=f"{body!r} is not {expected}")


@pytest.fixture(scope="module", params=[Ejabberd, Prosody13])
def server(request: pytest.FixtureRequest, servers_directory: Path) -> Iterator[ChatServer]:
    """Alice and Bob are contacts."""
    with request.param(servers_directory / request.param.__name__.lower()) as server:
        yield server


@pytest.fixture(scope="module")
def world(server: ChatServer, expired: Path, servers_directory: Path) -> Iterator[World]:
    """Alice is not signed in yet."""
    name = f"at-{type(server).__name__.lower()}"
    instances = servers_directory / f"{name}-instances"
    instances.mkdir()
    authorities = {"practice": server.authority, "other": expired / certificates.AUTHORITY}
    for each, authority in authorities.items():
        write(instances / f"{each}.toml", profile(each, authority))
    stack = Stack.create(servers_directory / name, (instances,), name=name)
    zone: Zone = {}
    with (
        NameServer(zone) as name_server,
        ExitStack() as programs,
        pytest.MonkeyPatch.context() as m,
    ):
        m.setenv("HANDSET_DNS_SERVER", name_server.address)
        face = programs.enter_context(Face(stack.address))
        world = World(server, zone, stack, face)
        for program in stack_programs(stack):
            if program.name == "chat-engine":
                programs.callback(world.engine_stops)
                world.engine_starts()
            else:
                programs.enter_context(running(program, stack.directory / "log"))
        yield world


def profile(name: str, authority: Path) -> str:
    trust = f"ca_certificate = '''\n{authority.read_text()}'''"
    return f'name = "{name}"\ndomain = "practice"\n{trust}\n'


@pytest.fixture(scope="session")
def expired(servers_directory: Path) -> Path:
    """An authority, and a certificate of an hour ago."""
    directory = servers_directory / "expired"
    directory.mkdir()
    certificates.create(directory, validity=timedelta(hours=-1))
    return directory


@pytest.fixture
def alice(world: World) -> World:
    """Signed in, by what SRV tells: TLS from the first byte."""
    if world.face.request("GET", "/api/v1/session").status_code != 200:
        world.is_told_by_dns(DIRECT_TLS, world.server.direct_tls_port)
        assert world.signs_in("practice")["state"] == "connected"
    return world


@pytest.fixture
def bob(server: ChatServer, alice: World) -> Iterator[Chatter]:
    with Chatter(server, "bob") as bob:
        yield bob


def test_messages_go_both_ways_with_receipts_and_corrections(alice: World, bob: Chatter):
    text = f"hello {uuid4()}"
    sent = alice.says(text)
    come = bob.hears(text)
    bob.send(ALICE, "", receipt=come["id"])
    alice.sees(text, delivery="delivered")

    answer = f"hi {uuid4()}"
    receipt = bob.send(ALICE, answer, request_receipt=True)
    alice.sees(answer, direction="received")
    bob.gets(lambda message: message["receipt"] == receipt)

    path = f"{CONVERSATION}/messages/{sent['message_id']}"
    corrected = f"hello, Bob {uuid4()}"
    assert alice.face.request("PATCH", path, {"body": corrected}).status_code == 200
    assert bob.hears(corrected)["replace"]["id"] == come["id"]
    bob.send(ALICE, again := f"hi, Alice {uuid4()}", replace={"id": receipt})
    assert alice.sees(again)["edited_at"]


def test_what_another_device_writes_is_known_here(alice: World, bob: Chatter, server: ChatServer):
    with Chatter(server, "alice", "tablet") as tablet:
        tablet.send(BOB, text := f"from the tablet {uuid4()}")
        alice.sees(text, direction="sent")


def test_what_was_read_is_told_among_our_devices_and_nobody_else(
    alice: World, bob: Chatter, server: ChatServer
):
    with Chatter(server, "alice", "tablet") as tablet:
        bob.send(ALICE, text := f"read here {uuid4()}")
        come = alice.sees(text)
        alice.face.request("POST", f"{CONVERSATION}/read", {"message_id": come["message_id"]})
        eventually(lambda: displayed(tablet) == [come["archive_id"]])
        with pytest.raises(IqError):
            bob.ask(lambda: bob.client.plugin["xep_0060"].get_items(ALICE, mds.NS))

        bob.send(ALICE, text := f"read there {uuid4()}")
        come = alice.sees(text)
        told = mds.Displayed()
        told["stanza_id"]["id"] = come["archive_id"]
        pubsub = tablet.client.plugin["xep_0060"]
        tablet.ask(lambda: pubsub.publish(None, mds.NS, id=BOB, payload=told))
        eventually(lambda: alice.conversation()["read_up_to"] == come["position"])


def displayed(device: Chatter) -> list[str]:
    """What the node says that was read, of each conversation."""
    try:
        answer = device.ask(device.client.plugin["xep_0490"].catch_up)
    except IqError:  # there is no node yet
        return []
    found = answer.xml.iter("{urn:xmpp:sid:0}stanza-id")
    return [each.get("id") for each in found]


def test_contacts_are_there_with_their_presence(alice: World, bob: Chatter):
    bob.do(lambda: bob.client.send_presence(pshow="dnd", pstatus="In a meeting"))

    def item() -> Json | None:
        items = alice.face.request("GET", "/api/v1/roster").json()["items"]
        return next((each for each in items if each["jid"] == BOB), None)

    told = {"show": "dnd", "status": "In a meeting"}
    found = eventually(lambda: (item() or {}).get("presence") == told and item())
    assert (found["name"], found["groups"], found["subscription"]) == (
        "Bob",
        ["Colleagues"],
        "both",
    )


def test_what_was_missed_is_there_once_and_in_the_archives_order(
    alice: World, server: ChatServer, bob: Chatter
):
    """Missed by an engine that was away; it comes back to another port, and by STARTTLS.

    The server has it twice for her: in the archive, and as messages that she was offline for.
    """
    mark = uuid4().hex
    alice.says(f"{mark} before")
    bob.hears(f"{mark} before")
    alice.engine_stops()
    for number in range(30):
        bob.send(ALICE, f"{mark} missed {number}")
    with Chatter(server, "alice", "tablet") as tablet:
        tablet.send(BOB, f"{mark} from the tablet")
        bob.hears(f"{mark} from the tablet")
        alice.is_told_by_dns(STARTTLS, server.xmpp_port)
        alice.says(f"{mark} written meanwhile")
        alice.engine_starts()
        bob.hears(f"{mark} written meanwhile")

        def shown() -> list[str]:
            return [each["body"] for each in alice.messages() if mark in each["body"]]

        archive = [
            each["mam_result"]["forwarded"]["stanza"]["body"]
            for each in tablet.archive()
            if mark in each["mam_result"]["forwarded"]["stanza"]["body"]
        ]
        assert len(archive) == 33
        eventually(lambda: shown() == archive, within_s=20, what="not as the archive")


def test_a_group_chat_is_for_its_members_and_known_to_our_other_clients(
    alice: World, bob: Chatter, server: ChatServer
):
    room = {"name": f"Lunch {uuid4()}", "members": [BOB]}
    response = alice.face.request("POST", "/api/v1/rooms", room)
    assert response.status_code == 201, response.text
    room_id = response.json()["conversation_id"]
    asked = bob.gets(lambda message: message["groupchat_invite"]["jid"] == room_id)
    assert asked["groupchat_invite"]["reason"] == room["name"]
    bob.enter(room_id)
    bob.send(room_id, text := f"where to? {uuid4()}", kind="groupchat")

    def come() -> Json | None:
        messages = f"/api/v1/conversations/{room_id}/messages"
        items = alice.face.request("GET", messages).json()["items"]
        return next((each for each in items if each["body"] == text), None)

    assert eventually(come)["sender"] == BOB
    info = bob.ask(lambda: bob.client.plugin["xep_0030"].get_info(room_id))["disco_info"]
    wanted = {"muc_membersonly", "muc_hidden", "muc_persistent", "muc_nonanonymous"}
    assert wanted <= set(info["features"])

    def left() -> bool:
        return bool(alice.face.request("GET", f"/api/v1/rooms/{room_id}").json()["has_left"])

    with Chatter(server, "alice", "tablet") as tablet:
        kept = eventually(lambda: tablet.bookmark(room_id))
        kept["autojoin"] = False
        pubsub = tablet.client.plugin["xep_0060"]
        tablet.ask(lambda: pubsub.publish(ALICE, kept.namespace, id=room_id, payload=kept))
        eventually(left)


def test_a_file_goes_by_the_servers_place_for_files(alice: World, bob: Chatter, server: ChatServer):
    limit = alice.face.request("GET", "/api/v1/uploads").json()["largest_bytes"]
    assert limit == server.largest_bytes

    content = os.urandom(100_000)
    response = alice.face.http.post(
        f"{CONVERSATION}/files", params={"name": "Bericht „Q3“.pdf"}, content=content
    )
    assert response.status_code == 201, response.text
    url = bob.hears(response.json()["body"])["oob"]["url"]
    trust = ssl.create_default_context(cafile=server.authority)
    assert httpx.get(url, verify=trust).content == content


def test_a_server_that_cannot_show_who_it_is_gets_no_password(
    world: World, server: ChatServer, expired: Path
):
    """Another authority has signed for it, over either kind of TLS; or it was valid once."""
    with TlsDoor(expired) as door:
        for service, port in (
            (DIRECT_TLS, server.direct_tls_port),
            (STARTTLS, server.xmpp_port),
            (DIRECT_TLS, door.port),
        ):
            world.face.request("DELETE", "/api/v1/session")
            world.is_told_by_dns(service, port)
            chat = world.signs_in("other")
            assert (chat["state"], chat["problem"]) == ("disconnected", "tls_refused")
        assert door.heard == b""
    world.face.request("DELETE", "/api/v1/session")
