"""The lamps of colleagues, lit by the practice server, and what can be done by them."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.peers.ear import eventually
from tests.peers.face import Face, Json, Screen

BOB, CAROL = "102", "103"


def lamp(face: Face, number: str) -> Json:
    lamps = face.request("GET", "/api/v1/lamps").json()["items"]
    return next(each for each in lamps if each["number"] == number)


def sees(face: Face, number: str, state: str, *, within_s: float = 5) -> Json:
    """The lamp, once it is in this state."""

    def look() -> Json | None:
        found = lamp(face, number)
        return found if found["state"] == state else None

    return eventually(look, within_s=within_s, what=f"{state} at {number}: {lamp(face, number)}")


def test_a_lamp_tells_who_is_called_and_who_talks(alice: Face):
    sees(alice, BOB, "free")
    call = alice.dial(BOB)

    called = sees(alice, BOB, "called")
    assert called["remote"]["number"] == "101"
    assert called["remote"]["display_name"] == "Alice"

    alice.waits_for(call, state="confirmed")
    assert sees(alice, BOB, "busy")["remote"] is None
    alice.command(call, "hang-up")
    sees(alice, BOB, "free")
