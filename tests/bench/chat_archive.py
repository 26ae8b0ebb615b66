"""How fast a stack that was away reads what it missed, beside slixmpp alone with the same pages."""

import random
import time
from typing import Any

from tests.bench.chat_servers import ChatStack, Place
from tests.bench.figures import Figure, Report
from tests.bench.filled_archive import fill
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually

PEER = "slixmpp"
BOB = "bob@practice"
OTHERS = 40
"""Conversations beside that with bob."""
LONGEST_S = 1200
PAGE = 100
"""What the server gives at most for one question."""


def measure(report: Report, place: Place, alice: ChatStack, messages: int) -> None:
    """Signed out while the archive is filled; what is read afterwards is what was missed."""
    with alice.face() as face:
        cursor = eventually(alice.cursor)
        face.request("DELETE", "/api/v1/session")
    place.server.stop()
    others = [BOB if each % 2 else other(each // 2) for each in range(messages)]
    random.Random(0).shuffle(others)
    ids = fill(place.data / "prosody.sqlite", "alice", others)
    place.server.start()
    peer_took_s = _peer_reads(place, cursor, messages)
    with alice.face():
        started_at = time.monotonic()
        eventually(lambda: alice.cursor() == ids[-1], within_s=LONGEST_S, what="the archive's end")
        took_s = time.monotonic() - started_at
    value, peer_value = round(messages / took_s), round(messages / peer_took_s)
    report.add(Figure("sync_messages_per_s", value, "/s", messages, PEER, peer_value))


def other(number: int) -> str:
    """With whom the other half was written."""
    return f"other{number % OTHERS}@practice"


def _peer_reads(place: Place, cursor: str, messages: int) -> float:
    with Chatter(place.practice, "alice") as reader:
        reader.do(lambda: reader.client.remove_handler("peer"))  # it would keep them all
        return float(reader.ask(lambda: _read(reader.client, cursor, messages), LONGEST_S))


async def _read(client: Any, cursor: str, messages: int) -> float:
    """The time that it takes to look at the text and time of each."""
    started_at, found, is_complete = time.monotonic(), 0, False
    while not is_complete:
        answer = await client.plugin["xep_0313"].retrieve(rsm={"max": PAGE, "after": cursor})
        for result in answer["mam"]["results"]:
            forwarded = result["mam_result"]["forwarded"]
            found += bool(forwarded["stanza"]["body"] and forwarded["delay"]["stamp"])
        fin = answer["mam_fin"]
        cursor, is_complete = fin["rsm"]["last"], fin["complete"] == "true"
    assert found == messages, found
    return time.monotonic() - started_at
