"""Each part is killed, restarted and frozen while a call runs, commands come and events flow.

The call goes on, the part is back within five seconds, no command runs twice, nothing is missing
in the journal or in the stream of events, and no entry stands there twice. What becomes of calls
when their own engine dies: test_engine.py.
"""

import itertools
import threading
from contextlib import ExitStack

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from tests.integration.faults.conftest import TONE_HZ
from tests.peers.ear import eventually
from tests.peers.face import Face, Json, Screen
from tests.peers.supervised import SupervisedStack
from tests.peers.witness import KINDS, Commands, Events

PARTS = ("rabbitmq", "redis", "sip", "journal", "gateway")
FROZEN_TOGETHER = [
    ("rabbitmq",),
    ("redis",),
    ("sip", "directory", "journal", "teams"),
    ("gateway",),
]
CARRIES_SOUND = "gateway"
BACK_WITHIN_S = 5
STOPS_WITHIN_S = 5
FROZEN_S = 20
DEAD_LINK_NOTICED_WITHIN_S = 40
"""By missing heartbeats of the broker, where no end of the connection was seen."""

_numbers = itertools.count(4711_0000, 1000)


@pytest.mark.parametrize("part", [*PARTS, "services"])
def test_a_killed_part_is_back_and_nothing_is_lost(part, supervised, alice, talk, events):
    with Commands(alice, next(_numbers)) as commands:
        eventually(lambda: len(commands.placed) > 1)
        killed = supervised.kill(part)
        supervised.is_back(part, killed, within_s=BACK_WITHIN_S)
        goes_on(supervised, commands)
    tells_the_truth(alice, commands, events)
    still_talks(alice, talk)


@pytest.mark.parametrize("part", PARTS)
def test_a_restarted_part_is_back_and_nothing_is_lost(part, supervised, alice, talk, events):
    with Commands(alice, next(_numbers)) as commands:
        eventually(lambda: len(commands.placed) > 1)
        ending = supervised.ask_to_end(part)
        supervised.is_back(part, ending, within_s=STOPS_WITHIN_S + BACK_WITHIN_S)
        goes_on(supervised, commands)
    tells_the_truth(alice, commands, events)
    still_talks(alice, talk)


@pytest.mark.parametrize("parts", FROZEN_TOGETHER, ids=" and ".join)
def test_nothing_is_lost_while_a_part_stands_still(parts, supervised, alice, talk, events):
    with ExitStack() as asking, Screen(alice, tone_hz=TONE_HZ) as screen:
        with supervised.frozen(*parts):
            if CARRIES_SOUND not in parts:
                screen.hears(TONE_HZ)
                screen.listen_anew()
                screen.hears(TONE_HZ)
            commands = asking.enter_context(Commands(alice, next(_numbers)))
            threading.Event().wait(FROZEN_S)
        goes_on(supervised, commands)
    tells_the_truth(alice, commands, events)
    still_talks(alice, talk)


def goes_on(supervised: SupervisedStack, commands: Commands) -> None:
    """All parts are well, and commands run as ever."""
    supervised.is_healthy()
    placed = len(commands.placed)
    eventually(lambda: len(commands.placed) > placed + 1, within_s=10, what="no command runs again")


def tells_the_truth(alice: Face, commands: Commands, events: Events) -> None:
    """Journal, calls and events agree, on each number that was dialled at most once."""

    def settled() -> list[Json]:
        """Entries of the numbers, once none is missing and each has its end."""
        items = alice.journal(limit=200)["items"]
        entries = [item for item in items if item["dialled_text"] in commands.asked]
        is_whole = set(commands.placed) <= {entry["dialled_text"] for entry in entries}
        return entries if is_whole and all(entry["ended_at"] for entry in entries) else []

    entries = eventually(settled, within_s=10, what="a call is missing in the journal, or its end")
    dialled = [entry["dialled_text"] for entry in entries]
    assert len(set(dialled)) == len(dialled), "a command ran twice"
    for entry in entries:
        call = alice.call(entry["entry_id"])
        assert (call["state"], call["problem"]) == ("terminated", "not_found")
        assert (entry["result"], entry["revision"]) == ("failed", call["revision"])
    told = {(kind, entry["entry_id"]): entry["revision"] for entry in entries for kind in KINDS}
    eventually(
        lambda: told.items() <= events.revisions.items(),
        within_s=DEAD_LINK_NOTICED_WITHIN_S,
        what="an event is missing",
    )
    assert events.problems == []


def still_talks(alice: Face, talk: Json) -> None:
    alice.command(talk, "resume")
    now = alice.waits_for(talk, state="confirmed", local_direction="sendrecv")
    assert now["answered_at"] == talk["answered_at"]
    with Screen(alice, tone_hz=TONE_HZ) as screen:
        screen.hears(TONE_HZ)


def test_a_killed_teams_service_comes_back_with_what_has_changed_meanwhile(
    supervised: SupervisedStack, alice: Face, practice: PracticeServer
):
    def support() -> Json:
        teams = alice.request("GET", "/api/v1/teams").json()["items"]
        return next(each for each in teams if each["team_id"] == "support")

    def tells(state: str) -> bool:
        return (support()["problem"], support()["state"]) == (None, state)

    eventually(lambda: tells("logged_out"), within_s=10, what="a team in sight")
    killed = supervised.kill("teams")
    asterisk_says(practice, "queue add member PJSIP/alice to support penalty 0 as alice")
    supervised.is_back("teams", killed, within_s=BACK_WITHIN_S)
    eventually(lambda: tells("logged_in"), within_s=10, what="the truth about the team")
    asterisk_says(practice, "queue remove member PJSIP/alice from support")
    eventually(lambda: tells("logged_out"), what="the truth about the team")
