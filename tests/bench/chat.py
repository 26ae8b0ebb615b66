"""Chat: how soon a message is seen, how fast the archive is read, and what long lists cost.

Against Prosody, with stacks and pages as a person has them, but without telephones.
"""

import random
import time
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

from playwright.sync_api import Page, expect, sync_playwright

from tests.bench import chat_archive, chat_pages, chat_roster, sendxmpp
from tests.bench.chat_servers import ChatStack, Place
from tests.bench.figures import Figure, Report, percentile
from tests.bench.painting import clicked_at_ms, painted_at_ms, watch_for
from tests.bench.sendxmpp import NativePair, native_pair
from tests.e2e.conftest import Chromium

RUNS = 40
WARM_UP_RUNS = 3
LONGEST_PAUSE_S = 0.1
MESSAGES = 100_000
"""Of the archive; half of them with bob."""
NATIVES = ("dave", "erin")


def measure(directory: Path, messages: int = MESSAGES, contacts: int = 5000) -> Report:
    """All figures."""
    report = Report("chat")
    with ExitStack() as stack:
        playwright = stack.enter_context(sync_playwright())
        chromium = Chromium(playwright, directory, directory / "unused", directory / "no-sound")
        place = Place.create(directory, chromium)
        for user in NATIVES:
            place.add_account(user)
        stack.enter_context(place.server)
        alice = stack.enter_context(ChatStack.running(place, "alice"))
        _measure_delivery(report, place, alice)
        chat_archive.measure(report, place, alice, messages)
        chat_pages.measure(report, place, alice, messages // 2)
        chat_roster.measure(report, place, alice, contacts)
    return report


def _measure_delivery(report: Report, place: Place, alice: ChatStack, runs: int = RUNS) -> None:
    with ExitStack() as stack:
        bob = stack.enter_context(ChatStack.running(place, "bob"))
        alices = stack.enter_context(alice.page(place, "/chat/bob@practice"))
        bobs = stack.enter_context(bob.page(place, "/chat/alice@practice"))
        natives = stack.enter_context(native_pair(place.directory, place.practice, *NATIVES))
        times, peer_times = _delivery(alices, bobs, natives, runs)
    for share in (50, 95):
        value, peer = percentile(times, share), percentile(peer_times, share)
        figure = Figure(f"page_to_page_p{share}_ms", value, "ms", runs, sendxmpp.NAME, peer)
        report.add(figure)


def _delivery(
    sender: Page, receiver: Page, natives: NativePair, runs: int
) -> tuple[list[float], list[float]]:
    """From Enter in one page to the message painted in the other's; the natives take turns."""
    for page in (sender, receiver):
        expect(page.get_by_test_id("composer")).to_be_visible()
        watch_for(page, '[data-testid="message"]', by_text=True)
    times, peer_times = [], []
    for run in range(WARM_UP_RUNS + runs):
        text = f"message {run} {uuid4()}"
        sender.get_by_test_id("composer").fill(text)
        _pause()
        sender.keyboard.press("Enter")
        took_ms = painted_at_ms(receiver, text) - clicked_at_ms(sender)
        _pause()
        peer_took_ms = natives.deliver_s() * 1000
        if run >= WARM_UP_RUNS:
            times.append(took_ms)
            peer_times.append(peer_took_ms)
    return times, peer_times


def _pause() -> None:
    time.sleep(random.uniform(0, LONGEST_PAUSE_S))
