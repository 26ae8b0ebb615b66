"""What calls cost and leave behind: one by one, eight at once, and more than can be answered.

Handset and the peer make the same calls to the same server, by UDP.
"""

import csv
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import Page, expect

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.bench.baresip import NAME as PEER
from tests.bench.baresip import Baresip, baresip
from tests.bench.figures import Figure, Report, percentile
from tests.bench.painting import next_painted_at_ms, watch_for
from tests.bench.servers import page_of, practice_server_in, signed_in_at, stack_in
from tests.bench.sound_card import sound_card
from tests.bench.wire import Wire
from tests.e2e.conftest import HANG_UP_EVERYTHING, card, dial
from tests.peers.ear import eventually
from tests.peers.face import Face

TONE, ECHO = "601", "600"
CALLS, WARM_UP_CALLS, CALLS_PER_SAMPLE = 500, 200, 10
WARM_UP_S = 40.0
"""A transaction is kept for 32 s after its end (RFC 3261 table 4), however fast calls follow."""
AT_ONCE = 8
TALK_S = 20.0
TRANSFERS = 20
LAMPS = 40
CALLS_PER_S, FLOOD_S = 20, 60
FLOOD_ENDS_WITHIN_S = 60
"""After the last call was begun."""
BUSY_LAMP = '[data-testid="lamp"][data-lamp="busy"]'
SCENARIO = Path(__file__).with_name("busy_caller.xml")


def measure(directory: Path, calls: int = CALLS) -> Report:
    """All figures."""
    report = Report("calls")
    with ExitStack() as stack:
        sound = stack.enter_context(sound_card(directory / "sound", 600))
        server = stack.enter_context(practice_server_in(directory))
        wire = stack.enter_context(Wire(server.sip_port))
        alices_stack = stack.enter_context(stack_in(directory, server, wire.port))
        alice = stack.enter_context(signed_in_at(alices_stack))
        bob = stack.enter_context(baresip(directory, "bob", server.sip_port, sound.socket))
        engine, peer = listener(alices_stack.audio_port), psutil.Process(bob.pid)
        _endurance(report, calls, (alice, engine), (bob, peer))
        report.add(Figure("calls_at_once", _at_once(alice), f"of {AT_ONCE}", 1))
        times = _transfers(alice, bob)
        report.add(Figure("transfer_p95_ms", percentile(times, 95), "ms", len(times)))
        with page_of(alices_stack, directory, sound.socket) as page:
            _cpu_of_a_call(report, alices_stack, page, (bob, peer))
            times = _lamps(page, wire, bob)
        report.add(Figure("lamp_p95_ms", percentile(times, 95), "ms", len(times)))
        unanswered = _unanswered(server, directory)
        report.add(Figure("sipp_20cps_unanswered", unanswered, "", CALLS_PER_S * FLOOD_S))
        eventually(lambda: not alice.calls(), within_s=FLOOD_ENDS_WITHIN_S, what="calls that stay")
        alice.waits_for(alice.dial(TONE), state="confirmed")
    return report


def _endurance(
    report: Report,
    calls: int,
    ours: tuple[Face, psutil.Process],
    theirs: tuple[Baresip, psutil.Process],
) -> None:
    (alice, engine), (bob, peer) = ours, theirs
    open_before = engine.num_fds()

    def call() -> None:
        placed = alice.dial(TONE)
        alice.waits_for(placed, state="confirmed")
        alice.command(placed, "hang-up")
        alice.waits_for(placed, state="terminated")

    def peers_call() -> None:
        bob.command("dial", TONE)
        bob.waits_for("CALL_ESTABLISHED")
        bob.command("hangup")
        bob.waits_for("CALL_CLOSED")

    leak = _kb_per_call(call, calls, engine)
    peers_leak = _kb_per_call(peers_call, calls, peer)
    report.add(Figure("leak_kb_per_call", leak, "kB", calls, PEER, peers_leak))
    left = engine.num_fds() - open_before
    report.add(Figure("descriptors_left", left, "", calls))


def _kb_per_call(call: Callable[[], None], calls: int, process: psutil.Process) -> float:
    """The slope of the process's own memory, once it is warm."""
    warm_at, warmed_up = time.monotonic() + WARM_UP_S, 0
    while warmed_up < WARM_UP_CALLS or time.monotonic() < warm_at:
        call()
        warmed_up += 1
    at, memory = [], []
    for number in range(calls):
        call()
        if number % CALLS_PER_SAMPLE == 0:
            at.append(number)
            memory.append(process.memory_full_info().uss / 1024)
    slope, _start = np.polyfit(at, memory, 1)
    return round(float(slope), 2)


def _at_once(alice: Face) -> int:
    """How many of eight calls stand at the same time; each new one holds the one before."""
    placed = [alice.dial(TONE) for _ in range(AT_ONCE)]
    for call in placed:
        alice.waits_for(call, state="confirmed", within_s=10)
    standing = sum(call["state"] == "confirmed" for call in alice.calls())
    alice.hang_up_everything()
    return standing


def _transfers(alice: Face, bob: Baresip) -> list[float]:
    """From the command to the target's phone ringing."""
    times = []
    for _ in range(TRANSFERS):
        call = alice.dial(TONE)
        alice.waits_for(call, state="confirmed")
        sent_at = time.time()
        alice.command(call, "transfer", {"target": "102"})
        times.append((bob.waits_for("CALL_INCOMING") - sent_at) * 1000)
        bob.command("hangup")
        bob.waits_for("CALL_CLOSED")
        alice.hang_up_everything()
    return times


def _cpu_of_a_call(
    report: Report, stack: Stack, page: Page, theirs: tuple[Baresip, psutil.Process]
) -> None:
    bob, peer = theirs
    bob.command("dial", ECHO)
    bob.waits_for("CALL_ESTABLISHED")
    (peers_percent,) = _cpu_percent(peer)
    bob.command("hangup")
    bob.waits_for("CALL_CLOSED")
    dial(page, ECHO)
    expect(card(page, state="confirmed")).to_be_visible()
    engine, gateway = _cpu_percent(listener(stack.audio_port), worker(stack.gateway_port))
    page.evaluate(HANG_UP_EVERYTHING)
    report.add(Figure("engine_cpu_percent", engine, "% of a core", 1, PEER, peers_percent))
    report.add(Figure("gateway_cpu_percent", gateway, "% of a core", 1))


def _lamps(page: Page, wire: Wire, bob: Baresip) -> list[float]:
    """From the server's NOTIFY that bob talks to his lamp on the page."""
    watch_for(page, BUSY_LAMP)
    times = []
    for _ in range(LAMPS):
        dialled_at = time.time()
        bob.command("dial", TONE)
        lit_at = wire.next_lamp_at(after=dialled_at)
        times.append(next_painted_at_ms(page) - lit_at * 1000)
        bob.command("hangup")
        bob.waits_for("CALL_CLOSED")
        expect(page.locator(BUSY_LAMP)).to_have_count(0)
    return times


def _cpu_percent(*processes: psutil.Process) -> list[float]:
    for process in processes:
        process.cpu_percent()
    time.sleep(TALK_S)
    return [round(process.cpu_percent(), 2) for process in processes]


def listener(port: int) -> psutil.Process:
    """Whoever listens on this port."""
    return psutil.Process(
        next(
            each.pid
            for each in psutil.net_connections("tcp")
            if each.status == psutil.CONN_LISTEN and each.laddr.port == port and each.pid
        )
    )


def worker(port: int) -> psutil.Process:
    """Of the gateway: its master only looks on."""
    master = listener(port)
    return next(iter(master.children()), master)


def _unanswered(server: PracticeServer, directory: Path) -> int:
    """How many of SIPp's calls to alice, through the PBX, got no final answer."""
    statistics = directory / "sipp.csv"
    calls = CALLS_PER_S * FLOOD_S
    subprocess.run(
        ("sipp", f"127.0.0.1:{server.sip_port}", "-sf", str(SCENARIO), "-s", "101", "-i",
         "127.0.0.1", "-au", "carol", "-ap", "carol-practice", "-r", str(CALLS_PER_S), "-m",
         str(calls), "-nostdin", "-trace_stat", "-stf", str(statistics)),
        cwd=directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,  # a call that the PBX renews (re-INVITE) while it is ended counts as failed
        timeout=FLOOD_S + FLOOD_ENDS_WITHIN_S,
    )  # fmt: skip
    *_before, last = csv.DictReader(statistics.read_text().splitlines(), delimiter=";")
    return calls - int(last["final_answers(C)"])
