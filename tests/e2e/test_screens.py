"""A call and its screens: reload, several tabs and browsers, a lid that is closed, wrong clocks."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
from playwright.sync_api import BrowserContext, Page, expect

from deploy.stack import Stack
from tests.e2e.conftest import (
    HANG_UP_EVERYTHING,
    TONE_HZ,
    Chromium,
    card,
    dial,
    frames_heard,
    sign_in,
)
from tests.peers.ear import Ear, eventually
from tests.peers.face import Face
from tests.peers.forgetful_road import ForgetfulRoad

SLEEP_S = 7
"""Longer than what the page takes for a busy machine."""


def take_it_here(page: Page):
    return page.get_by_role("button", name="Take it here")


def signed_in(context: BrowserContext, stack: Stack) -> Page:
    page = context.pages[0]
    sign_in(page, stack)
    expect(page.get_by_test_id("dial-input")).to_be_visible()
    return page


def in_a_call_with_the_echo(page: Page, ear: Ear) -> Page:
    dial(page, "600")
    expect(card(page, state="confirmed")).to_be_visible()
    ear.hears(TONE_HZ, within_s=10)
    return page


def test_a_reload_is_heard_again_without_a_click(page: Page, ear: Ear):
    in_a_call_with_the_echo(page, ear)
    with ear.recording() as heard:
        page.reload(wait_until="commit")  # and no more: whatever a test asks a page is a click
        eventually(heard.gap_s, within_s=15, what="sound again after a reload")
    expect(card(page, state="confirmed")).to_be_visible()


def test_a_second_tab_sees_the_call_and_takes_its_audio_by_a_click(
    page: Page, alice_stack: Stack, ear: Ear
):
    in_a_call_with_the_echo(page, ear)
    second = page.context.new_page()
    second.goto(alice_stack.address)
    expect(card(second, state="confirmed")).to_be_visible()
    assert frames_heard(second) == 0

    take_it_here(second).click()
    expect(take_it_here(page)).to_be_visible()
    eventually(lambda: frames_heard(second), what="the second tab plays nothing")
    ear.hears(TONE_HZ)


def test_eight_tabs_of_a_browser_all_follow_a_call(page: Page, alice_stack: Stack):
    """A browser has six connections to a server: a stream for each tab would leave none to dial."""
    tabs = [page, *(page.context.new_page() for _ in range(7))]
    for tab in tabs[1:]:
        tab.goto(alice_stack.address)
        expect(tab.get_by_test_id("dial-input")).to_be_visible()
    dial(tabs[-1], "602")
    for tab in tabs:
        expect(card(tab, state="confirmed")).to_be_visible()


def test_closing_every_page_keeps_the_call_and_another_browser_takes_it(
    chromium: Chromium, alice_stack: Stack, ear: Ear
):
    home = in_a_call_with_the_echo(signed_in(chromium.start(), alice_stack), ear)
    home.close()
    ear.hears_nothing()

    office = signed_in(chromium.start(), alice_stack)
    expect(card(office, state="confirmed")).to_be_visible()
    ear.hears_nothing()
    take_it_here(office).click()
    ear.hears(TONE_HZ, within_s=10)
    office.evaluate(HANG_UP_EVERYTHING)


def test_a_browser_that_comes_back_takes_no_audio_away_from_another(
    chromium: Chromium, alice_stack: Stack, ear: Ear
):
    at_home = chromium.start()
    in_a_call_with_the_echo(signed_in(at_home, alice_stack), ear).close()
    office = signed_in(chromium.start(), alice_stack)
    take_it_here(office).click()
    ear.hears(TONE_HZ, within_s=10)

    home = at_home.new_page()
    home.goto(alice_stack.address)
    expect(take_it_here(home)).to_be_visible()
    expect(take_it_here(office)).to_have_count(0)
    heard_until_now = frames_heard(office)
    eventually(lambda: frames_heard(office) > heard_until_now, what="the office plays no more")
    assert frames_heard(home) == 0
    office.evaluate(HANG_UP_EVERYTHING)


def test_a_machine_that_has_slept_hears_its_call_and_shows_what_happened_meanwhile(
    chromium: Chromium, alice_stack: Stack, alice: Face, ear: Ear
):
    port = alice_stack.gateway_port
    with ForgetfulRoad(port) as road:
        detour = f"--host-resolver-rules=MAP localhost:{port} 127.0.0.1:{road.port}"
        page = signed_in(chromium.start(arguments=[detour]), alice_stack)
        in_a_call_with_the_echo(page, ear)

        with asleep(SLEEP_S):
            road.forget()
            ear.hears_nothing()
            alice.dial("🎉")

        ear.hears(TONE_HZ, within_s=4)
        expect(page.get_by_test_id("journal-entry").first).to_contain_text("🎉")
        expect(card(page, state="confirmed")).to_be_visible()
        alice.hang_up_everything()


@contextmanager
def asleep(for_s: float) -> Iterator[None]:
    """The browsers stand still, for this time at least, as when the lid of a laptop is closed."""
    wakes_at = time.monotonic() + for_s
    children = psutil.Process().children(recursive=True)
    _signal(children, signal.SIGSTOP)
    try:
        yield
        eventually(lambda: time.monotonic() > wakes_at, within_s=2 * for_s)
    finally:
        _signal(children, signal.SIGCONT)


def _signal(processes: list[psutil.Process], number: signal.Signals) -> None:
    """To the browsers among them; their helpers come and go meanwhile."""
    for each in processes:
        with suppress(psutil.NoSuchProcess):
            if each.name().startswith("chrom"):
                each.send_signal(number)


def test_a_clock_that_is_wrong_by_more_than_a_day_changes_no_time_that_is_shown(
    chromium: Chromium, alice_stack: Stack
):
    context = chromium.start()
    context.add_init_script(WRONG_CLOCK)
    page = signed_in(context, alice_stack)
    dial(page, "602")
    expect(card(page, state="confirmed").locator("time")).to_have_text("0:02")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.evaluate(HANG_UP_EVERYTHING)


WRONG_CLOCK = """
const real = Date
const hours = 31
Date = class extends real {
  constructor(...parts) {
    parts.length === 0 ? super(real.now() + hours * 3_600_000) : super(...parts)
  }
  static now() {
    return real.now() + hours * 3_600_000
  }
}
"""


def test_where_the_browser_refuses_to_keep_anything_the_page_works(
    chromium: Chromium, alice_stack: Stack, ear: Ear
):
    context = chromium.start()
    context.add_init_script(
        "Object.defineProperty(window, 'localStorage',"
        " { get: () => { throw new DOMException('refused', 'SecurityError') } })"
    )
    page = in_a_call_with_the_echo(signed_in(context, alice_stack), ear)
    edge = page.get_by_role("separator", name="Width of telephony")
    width = edge.get_attribute("aria-valuenow")
    edge.press("ArrowLeft")
    expect(edge).not_to_have_attribute("aria-valuenow", width or "")
    page.evaluate(HANG_UP_EVERYTHING)
