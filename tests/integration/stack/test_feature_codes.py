"""Rules that the server applies by itself, told by feature codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.peers.ear import eventually
from tests.peers.face import Face, Json

RULES = "/api/v1/incoming-rules"
OFF = {"is_on": False}
TONE = {"is_on": True, "target": "601"}
CODES = """
[feature_codes]
always = { switch_on = "*72{target}", switch_off = "*73" }
busy = { switch_on = "*999{target}", switch_off = "*998" }
no_answer = { switch_on = "*92{seconds}*{target}", switch_off = "*93" }
"""


@pytest.fixture
def stack(practice: PracticeServer, servers_directory: Path) -> Stack:
    instances = servers_directory / "code-instances"
    instances.mkdir(exist_ok=True)
    write(instances / "codes.toml", practice.profile() + CODES)
    return Stack.create(servers_directory / "codes", (instances,), name="codes")


@contextmanager
def running_for_carol(stack: Stack) -> Iterator[Face]:
    with running_all(stack_programs(stack), stack.directory / "log"), Face(stack.address) as carol:
        assert carol.sign_in("carol@practice", server="codes").status_code == 200
        yield carol


def changes(carol: Face, **rules: Json) -> None:
    response = carol.request("PATCH", RULES, rules)
    assert response.status_code == 200, response.text


def tells(carol: Face, **server: str) -> None:
    """Wait until the server has answered."""

    def look() -> bool:
        return carol.request("GET", RULES).json()["server"] == server

    eventually(look, what=f"{server} as what the server does")


def kept_by(practice: PracticeServer) -> set[str]:
    shown = asterisk_says(practice, "database show")
    return {line.split("/")[1] for line in shown.splitlines() if "/carol " in f"{line} "}


def is_registered(practice: PracticeServer) -> bool:
    return " carol/" in asterisk_says(practice, "pjsip show contacts")


def reaches_the_tone(practice: PracticeServer) -> None:
    asterisk_says(practice, "channel originate Local/103@internal application Wait 30")

    def look() -> bool:
        return "!Milliwatt!" in asterisk_says(practice, "core show channels concise")

    eventually(look, within_s=20, what="a caller who hears the tone")
    asterisk_says(practice, "channel request hangup all")


def test_a_stack_that_stops_unregisters_but_what_the_server_was_told_holds(
    practice: PracticeServer, stack: Stack
):
    with running_for_carol(stack) as carol:
        changes(carol, always=TONE, busy=TONE)
        tells(carol, always="active", busy="refused")
        carol.dial("112")
        tells(carol)  # rescuers call back
        assert kept_by(practice) == set()
        changes(carol, always={**TONE, "callers": "external"})  # which no code can tell
        tells(carol, busy="refused")
        changes(carol, always=OFF, no_answer=TONE, no_answer_after_s=5, busy=OFF)
        tells(carol, no_answer="active")
        assert kept_by(practice) == {"cfnoanswer", "cfafter"}
        assert is_registered(practice)

    assert not is_registered(practice)
    reaches_the_tone(practice)  # after her robot has rung for five seconds

    for family in kept_by(practice):
        asterisk_says(practice, f"database del {family} carol")
