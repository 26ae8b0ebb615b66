"""Being found: over each transport, and again after the server was away."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.practice.server import PracticeServer, asterisk, asterisk_says
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running, running_all, start, stop
from tests.peers.ear import eventually
from tests.peers.face import Face, Screen
from tests.peers.mailbox import has_a_message

TONE_HZ = 700


@pytest.fixture(scope="module")
def carol_stack(practice: PracticeServer, servers_directory: Path) -> Iterator[Stack]:
    """A stack of its own, with a profile for each transport of the same server."""
    directory = servers_directory / "carol-instances"
    directory.mkdir()
    for transport in ("udp", "tcp", "tls"):
        write(directory / f"practice-{transport}.toml", practice.profile(transport))
    stack = Stack.create(servers_directory / "carol", (directory,), name="carol")
    with ExitStack() as programs:
        programs.enter_context(running_all(stack_programs(stack), stack.directory / "log"))
        yield stack


def contacts(practice: PracticeServer, user: str) -> list[str]:
    shown = asterisk_says(practice, "pjsip show contacts")
    return [line for line in shown.splitlines() if f" {user}/" in line]


def registration(face: Face) -> dict:
    return face.request("GET", "/api/v1/session").json()["sip"]


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_register_call_be_called_and_unregister_over(
    practice: PracticeServer, carol_stack: Stack, transport
):
    with Face(carol_stack.address) as carol:
        response = carol.sign_in("carol@practice", server=f"practice-{transport}")
        assert response.status_code == 200, response.text
        eventually(lambda: len(contacts(practice, "carol")) == 1, what="one contact of carol")
        with Screen(carol, tone_hz=TONE_HZ) as screen:
            call = carol.dial("600")
            carol.waits_for(call, state="confirmed")
            screen.hears(TONE_HZ)
            carol.command(call, "hang-up")

            carol.waits_for(carol.dial("198"), state="confirmed")
            carol.hang_up_everything()
            incoming = carol.is_called()
            assert carol.command(incoming, "answer").status_code == 200
            carol.waits_for(incoming, state="confirmed")
            screen.hears_sound()
        carol.hang_up_everything()
        assert carol.request("DELETE", "/api/v1/session").status_code == 204
    eventually(lambda: not contacts(practice, "carol"), what="carol is still registered")


def test_a_server_that_comes_back_is_found_again_by_itself(servers_directory: Path):
    """With the reason and the next attempt shown while it is away; lamps go out and on with it.

    A message that came meanwhile is told, too.
    """
    server = PracticeServer.create(servers_directory / "restarted")
    pbx = asterisk(server)
    log = server.directory / "log"
    stack = Stack.create(servers_directory / "dave", (server.instances,), name="dave")
    first = start(pbx, log)
    with ExitStack() as programs:
        programs.callback(lambda: stop(first))
        programs.enter_context(running_all(stack_programs(stack), stack.directory / "log"))
        with Face(stack.address) as alice:
            assert alice.sign_in().status_code == 200
            eventually(lambda: lamp(alice, "102") == "offline", within_s=10)  # no robots here

            stop(first)
            eventually(lambda: registration(alice)["state"] == "terminated", within_s=10)
            away = eventually(lambda: _failed(alice), within_s=10)
            assert away["problem"] in ("connection_refused", "server_unreachable")
            assert away["retry_at"] is not None
            eventually(lambda: lamp(alice, "102") == "unknown")

            assert alice.request("GET", "/api/v1/voicemail").json()["new_messages"] == 0
            has_a_message(server, "101")
            with running(pbx, log):
                eventually(lambda: registration(alice)["state"] == "active", within_s=30)
                eventually(lambda: new_messages(alice) == 1, what="a message that is told")
                eventually(lambda: lamp(alice, "102") == "offline", what="a lamp that is lit anew")


def new_messages(face: Face) -> int:
    return face.request("GET", "/api/v1/voicemail").json()["new_messages"]


def lamp(face: Face, number: str) -> str:
    lamps = face.request("GET", "/api/v1/lamps").json()["items"]
    return next(each["state"] for each in lamps if each["number"] == number)


def _failed(face: Face) -> dict | None:
    found = registration(face)
    return found if found["problem"] and found["retry_at"] else None
