"""The stack behind a router that masquerades: no port is published, the PBX is outside.

IDLE_S is how long nothing happens before somebody calls, many times what the router keeps a mapping
for; HANDSET_TEST_IDLE_S=600 makes it ten minutes.
"""

import os
import re
import threading
import time
from datetime import UTC, datetime

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from tests.integration.nat.conftest import REFRESH_S
from tests.peers.ear import eventually
from tests.peers.face import Face, Screen
from tests.peers.network import Internet

TONE_HZ = 700
IDLE_S = float(os.environ.get("HANDSET_TEST_IDLE_S") or 40)
STRICT_RTP_LEARNS_S = 6
AWAY_S = float(os.environ.get("HANDSET_TEST_AWAY_S") or 10)

pytestmark = pytest.mark.timeout(IDLE_S + AWAY_S + 120)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_calls_out_and_in_have_audio_both_ways_over(
    home: Face, server: PracticeServer, internet: Internet, transport: str
):
    before = contacts(server)
    sign_in(home, transport)
    address, _port = new_contact(server, before)
    assert address == internet.public_address
    with Screen(home, tone_hz=TONE_HZ) as screen:
        calls_out(home, screen)
        is_called_in(home, server, screen)


def test_after_a_long_silence_calls_arrive_and_are_heard(home: Face, server: PracticeServer):
    sign_in(home, "udp")
    before = contacts(server)
    threading.Event().wait(IDLE_S)
    assert not contacts(server) - before
    with Screen(home, tone_hz=TONE_HZ) as screen:
        is_called_in(home, server, screen)
        calls_out(home, screen)


@pytest.mark.parametrize("transport", ["udp", "tls"])
def test_a_call_goes_on_when_the_computer_gets_another_address(
    home: Face, server: PracticeServer, internet: Internet, transport: str
):
    sign_in(home, transport)
    with Screen(home, tone_hz=TONE_HZ) as screen:
        call = is_talking(home, screen)
        before = contacts(server)

        internet.move_home()

        new_contact(server, before)
        screen.listen_anew()
        screen.hears(TONE_HZ)
        asterisk_says(server, "channel request hangup all")
        assert home.waits_for(call, state="terminated")["cause"] == "remote_bye"
        is_called_in(home, server, screen)


def test_a_call_goes_on_when_the_router_gets_another_address(
    home: Face, server: PracticeServer, internet: Internet
):
    sign_in(home, "udp-patient")  # the silence is noticed, not the next renewal awaited
    with Screen(home, tone_hz=TONE_HZ) as screen:
        call = is_talking(home, screen)
        before = contacts(server)

        internet.move_router()
        screen.hears_nothing()

        address, _port = new_contact(server, before)
        assert address == internet.public_address
        screen.hears(TONE_HZ)
        asterisk_says(server, "channel request hangup all")
        assert home.waits_for(call, state="terminated")["cause"] == "remote_bye"
        is_called_in(home, server, screen)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_registrar_that_is_away_is_found_again_in_the_time_shown_and_a_call_goes_on(
    home: Face, server: PracticeServer, internet: Internet, transport: str
):
    sign_in(home, transport)
    with Screen(home, tone_hz=TONE_HZ) as screen:
        call = is_talking(home, screen)

        with internet.losing(server.sip_port, server.sips_port):
            lost = eventually(lambda: failed(home), within_s=REFRESH_S + 15)
            assert lost["problem"] == "server_unreachable"
            threading.Event().wait(AWAY_S)
            screen.hears(TONE_HZ)
            wait_s = eventually(lambda: shown_wait_s(home), within_s=20)
        eventually(lambda: registration(home)["state"] == "active", within_s=wait_s + 5)

        screen.hears(TONE_HZ)
        asterisk_says(server, "channel request hangup all")
        home.waits_for(call, state="terminated")


def test_a_call_that_loses_packets_says_so_and_the_journal_keeps_it(home: Face, internet: Internet):
    sign_in(home, "tcp")
    with Screen(home, tone_hz=TONE_HZ) as screen:
        call = home.waits_for(home.dial("600"), state="confirmed")
        screen.hears(TONE_HZ)
        with internet.losing_some(percent=25):
            poor = eventually(lambda: poor_quality(home, call), within_s=20, what="poor quality")
            home.command(call, "hang-up")
            home.waits_for(call, state="terminated")
    assert poor["problem"] in ("loss", "sent_loss")
    assert poor["loss_percent"] > 10
    assert poor["mos"] < 3.6
    entry = home.journal_entry(call, result="answered")
    assert entry["quality"]["loss_percent"] > 0


def poor_quality(face: Face, call: dict) -> dict | None:
    quality = face.call(call["call_id"])["quality"]
    return quality if quality and quality["rating"] == "poor" else None


def failed(face: Face) -> dict | None:
    found = registration(face)
    return found if found["problem"] and found["retry_at"] else None


def shown_wait_s(face: Face) -> float | None:
    """Until when somebody who looks at the page now would wait; none while it is being tried."""
    retry_at = datetime.fromisoformat(failed(face)["retry_at"])
    wait_s = (retry_at - datetime.now(UTC)).total_seconds()
    return wait_s if wait_s > 0 else None


def sign_in(face: Face, server: str) -> None:
    response = face.sign_in(server=server)
    assert response.status_code == 200, response.text


def registration(face: Face) -> dict:
    return face.request("GET", "/api/v1/session").json()["sip"]


def contacts(server: PracticeServer) -> set[tuple[str, str]]:
    """Where the PBX sends to when it calls alice; one that she has left stays until it expires."""
    shown = asterisk_says(server, "pjsip show contacts")
    return set(re.findall(r" alice/sip:alice@([\d.]+):(\d+)", shown))


def new_contact(server: PracticeServer, before: set[tuple[str, str]]) -> tuple[str, str]:
    """The public side of the router's mapping."""
    found = eventually(lambda: contacts(server) - before, within_s=15, what="a new contact")
    (contact,) = found
    return contact


def is_talking(face: Face, screen: Screen) -> dict:
    """In a call that is old enough for the PBX to drop RTP from anywhere else."""
    call = face.dial("600")
    face.waits_for(call, state="confirmed")
    screen.hears(TONE_HZ)
    settled_at = time.monotonic() + STRICT_RTP_LEARNS_S
    eventually(lambda: time.monotonic() > settled_at, within_s=STRICT_RTP_LEARNS_S + 1)
    screen.hears(TONE_HZ)
    return call


def calls_out(face: Face, screen: Screen) -> None:
    call = face.dial("600")
    face.waits_for(call, state="confirmed")
    screen.hears(TONE_HZ)
    face.command(call, "hang-up")
    face.waits_for(call, state="terminated")


def is_called_in(face: Face, server: PracticeServer, screen: Screen) -> None:
    """The PBX calls, returns what it hears, and hangs up."""
    screen.hears_nothing()
    asterisk_says(server, "channel originate Local/101@internal application Echo")
    call = face.is_called()
    assert face.command(call, "answer").status_code == 200
    face.waits_for(call, state="confirmed")
    screen.hears(TONE_HZ)
    asterisk_says(server, "channel request hangup all")
    assert face.waits_for(call, state="terminated")["cause"] == "remote_bye"
