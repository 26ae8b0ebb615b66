"""How fast a call is set up: from the command to the INVITE, and from the INVITE to the card.

Handset and the peer take turns, at the same server, by UDP. Both ends of each time are read from
the machine's clock: the wire has the kernel's, the page corrects its own by it.
"""

import random
import time
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Page

from deploy.practice.server import PracticeServer, asterisk_says
from tests.bench.baresip import NAME as PEER
from tests.bench.baresip import Baresip, baresip
from tests.bench.figures import Figure, Report, percentile
from tests.bench.painting import next_painted_at_ms, watch_for
from tests.bench.servers import page_of, practice_server_in, signed_in_at, stack_in
from tests.bench.sound_card import sound_card
from tests.bench.wire import Wire
from tests.peers.ear import eventually
from tests.peers.face import Face

BUSY_NUMBER = "199"
WARM_UP_RUNS = 3
LONGEST_PAUSE_S = 0.05
"""Pauses are random, so that the runs do not march in step with anybody's period."""

INCOMING_CARD = '[data-testid="call-card"][data-direction="incoming"]'


def measure(directory: Path, runs: int = 40) -> Report:
    """All figures."""
    report = Report("call_setup")
    with ExitStack() as stack:
        card = stack.enter_context(sound_card(directory / "sound", 1))
        server = stack.enter_context(practice_server_in(directory))
        wire, peer_wire = (stack.enter_context(Wire(server.sip_port)) for _ in range(2))
        alices_stack = stack.enter_context(stack_in(directory, server, wire.port))
        alice = stack.enter_context(signed_in_at(alices_stack))
        bob = stack.enter_context(baresip(directory, "bob", peer_wire.port, card.socket))
        page = stack.enter_context(page_of(alices_stack, directory, card.socket))
        outgoing = _outgoing(alice, wire, bob, peer_wire, runs)
        report.add(_figure("post_to_invite_p95_ms", *outgoing))
        watch_for(page, INCOMING_CARD)
        incoming = _incoming(server, (alice, page, wire), (bob, peer_wire), runs)
        report.add(_figure("invite_to_card_p95_ms", *incoming))
    for title, (times, peer_times) in {"outgoing": outgoing, "incoming": incoming}.items():
        report.details[title] = [_spread("handset", times), _spread(PEER, peer_times)]
    return report


def _outgoing(alice: Face, wire: Wire, bob: Baresip, peer_wire: Wire, runs: int):
    times, peer_times = [], []
    for run in range(WARM_UP_RUNS + runs):
        _pause()
        sent_at = time.time()
        call = alice.dial(BUSY_NUMBER)
        took_s = wire.next_invite_at() - sent_at
        alice.waits_for(call, state="terminated")
        _pause()
        sent_at = time.time()
        bob.command("dial", BUSY_NUMBER)
        peer_took_s = peer_wire.next_invite_at() - sent_at
        bob.waits_for("CALL_CLOSED")
        if run >= WARM_UP_RUNS:
            times.append(took_s * 1000)
            peer_times.append(peer_took_s * 1000)
    return times, peer_times


def _incoming(
    server: PracticeServer, ours: tuple[Face, Page, Wire], theirs: tuple[Baresip, Wire], runs: int
):
    (alice, page, wire), (bob, peer_wire) = ours, theirs
    times, peer_times = [], []
    for run in range(WARM_UP_RUNS + runs):
        _pause()
        asterisk_says(server, "channel originate PJSIP/alice application Echo")
        invited_at = wire.next_invite_at()
        painted_at_ms = next_painted_at_ms(page)
        alice.command(alice.is_called(), "reject", {})
        eventually(lambda: not alice.calls(), what="the end of a call")
        _pause()
        asterisk_says(server, "channel originate PJSIP/bob application Echo")
        peer_invited_at = peer_wire.next_invite_at()
        told_at = bob.waits_for("CALL_INCOMING")
        bob.command("hangup")
        bob.waits_for("CALL_CLOSED")
        if run >= WARM_UP_RUNS:
            times.append(painted_at_ms - invited_at * 1000)
            peer_times.append((told_at - peer_invited_at) * 1000)
    return times, peer_times


def _figure(name: str, times: list[float], peer_times: list[float]) -> Figure:
    value, peer_value = percentile(times, 95), percentile(peer_times, 95)
    return Figure(name, value, "ms", len(times), PEER, peer_value)


def _spread(who: str, times: list[float]) -> dict[str, object]:
    return {"who": who, **{f"p{share}_ms": percentile(times, share) for share in (5, 50, 95, 100)}}


def _pause() -> None:
    time.sleep(random.uniform(0, LONGEST_PAUSE_S))
