"""What others may send: none of it makes a wrong archive, or keeps what comes after it away."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from redis import Redis

from contracts.chat import LONGEST_BODY
from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face, Json

ALICE, BOB = "alice@practice", "bob@practice"
BURST = 1100
"""More than are kept here, and more than events tell one by one."""


@pytest.fixture
def bob(practice: PracticeServer, alice: Face) -> Iterator[Chatter]:
    with Chatter(practice, "bob") as bob:
        yield bob


@pytest.fixture
def after_all(alice: Face, bob: Chatter, alice_stack: Stack) -> Iterator[None]:
    """Whatever came before, this comes, too, and the archive is read up to it."""
    yield
    bob.send(ALICE, text := f"after all {uuid4()}")
    archive_id = sees(alice, text)["archive_id"]
    password = alice_stack.secret("redis-password")
    with Redis("127.0.0.1", alice_stack.redis_port, password=password) as redis:
        eventually(lambda: redis.get("chat:cursor") == archive_id.encode(), within_s=10)


def messages(face: Face) -> list[Json]:
    path = f"/api/v1/conversations/{BOB}/messages"
    return face.request("GET", path, params={"limit": 200}).json()["items"]


def sees(face: Face, beginning: str, *, within_s: float = 5) -> Json:
    def look() -> Json | None:
        return next((each for each in messages(face) if each["body"].startswith(beginning)), None)

    return eventually(look, within_s=within_s, what=f"{beginning!r} has not come")


@pytest.mark.usefixtures("after_all")
def test_a_huge_message_is_cut(alice: Face, bob: Chatter):
    mark = uuid4().hex
    bob.send(ALICE, mark + "x" * 200_000)

    assert len(sees(alice, mark)["body"]) == 4 * LONGEST_BODY


@pytest.mark.usefixtures("after_all")
@pytest.mark.parametrize("depth", [100, 10_000])
def test_a_message_is_read_however_deep_its_elements_lie(alice: Face, bob: Chatter, depth: int):
    mark = uuid4().hex
    nested = "<x xmlns='deep'>" + "<x>" * depth + "</x>" * depth + "</x>"
    bob.send_xml(
        f"<message to='{ALICE}' type='chat' id='{mark}'><body>{mark}</body>{nested}</message>"
    )

    sees(alice, mark)


@pytest.mark.usefixtures("after_all")
def test_nobody_puts_themselves_into_our_roster_or_speaks_for_others(alice: Face, bob: Chatter):
    """CVE-2015-8688; and a server passes on who really sent a stanza."""
    (resource,) = bob.do(lambda: list(bob.client.client_roster[ALICE].resources))
    bob.send_xml(
        f"<iq type='set' id='push' to='{ALICE}/{resource}'><query xmlns='jabber:iq:roster'>"
        "<item jid='boss@practice' name='The boss' subscription='both'/></query></iq>"
    )
    bob.send_xml(
        f"<message to='{ALICE}' type='chat'><body>before</body>"
        "<addresses xmlns='http://jabber.org/protocol/address'>"
        "<address type='ofrom' jid='carol@practice'/></addresses></message>"
    )
    bob.send(ALICE, mark := uuid4().hex)

    sees(alice, mark)
    items = alice.request("GET", "/api/v1/roster").json()["items"]
    assert "boss@practice" not in {each["jid"] for each in items}
    assert sees(alice, "before")["sender"] == BOB


def test_a_stanza_that_says_it_is_of_somebody_else_is_not(
    alice: Face, bob: Chatter, practice: PracticeServer
):
    mark = uuid4().hex
    with Chatter(practice, "carol", "second") as carol:
        carol.send_xml(
            f"<message from='{BOB}/desk' to='{ALICE}' type='chat'><body>{mark}</body></message>"
        )
        bob.send(ALICE, after := f"after {mark}")
        sees(alice, after)
    assert mark not in [each["body"] for each in messages(alice)]


@pytest.mark.usefixtures("after_all")
@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe\N{POP DIRECTIONAL FORMATTING} & ]]>",
        "\N{ZERO WIDTH JOINER}" * 300 + "Z" + "\N{COMBINING ACUTE ACCENT}" * 500,
    ],
)
def test_a_text_stays_what_it_is(alice: Face, bob: Chatter, text: str):
    body = f"{uuid4().hex} {text}"
    bob.send(ALICE, body)

    assert sees(alice, body[:32])["body"] == body


def test_a_burst_is_there_whole_and_in_its_order(alice: Face, bob: Chatter):
    mark = uuid4().hex
    for each in range(BURST):
        bob.send(ALICE, f"{mark} {each}.")
    sees(alice, f"{mark} {BURST - 1}.", within_s=60)

    seen: list[str] = []
    page: Json = {"older": ""}
    while page["older"] is not None and f"{mark} 0." not in seen:
        before = {"before": page["older"]} if page["older"] else {}
        path = f"/api/v1/conversations/{BOB}/messages"
        page = alice.request("GET", path, params={"limit": 200, **before}).json()
        seen = [each["body"] for each in page["items"] if mark in each["body"]] + seen
    assert seen == [f"{mark} {each}." for each in range(BURST)]
