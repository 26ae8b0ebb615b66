"""Calls for help pass where no other call does."""

from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from tests.peers.face import Face

MAX_CALLS = 8
HELP = "112"


@pytest.fixture
def rescue(practice: PracticeServer) -> Iterator[None]:
    """Somebody answers at 112."""
    asterisk_says(practice, f"dialplan add extension {HELP},1,Answer into internal")
    asterisk_says(practice, f"dialplan add extension {HELP},2,Milliwatt into internal")
    yield
    asterisk_says(practice, f"dialplan remove extension {HELP}@internal")


def test_a_call_for_help_is_placed_when_all_lines_are_taken_and_ends_none(alice: Face, rescue):
    others = [alice.dial("197") for _ in range(MAX_CALLS)]
    refused = alice.request("POST", "/api/v1/calls", {"target": "600"})
    assert refused.json()["code"] == "call_not_placed"

    call = alice.dial(HELP)

    assert alice.waits_for(call, state="confirmed")["priority"] == "emergency"
    running = {each["call_id"] for each in alice.calls()}
    assert {each["call_id"] for each in others} < running
    assert alice.dial(HELP)["call_id"] == call["call_id"]
