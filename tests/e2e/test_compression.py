"""Sound that the browser's own codec packs, for a stack that is far away."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import TONE_HZ, card, dial
from tests.peers.ear import Ear, eventually

PACKED_HZ, PLAIN_HZ = 48_000, 16_000


def test_a_page_that_compresses_hears_and_is_heard_and_can_change_in_the_call(page: Page, ear: Ear):
    dial(page, "600")  # what is said comes back
    expect(card(page, state="confirmed")).to_be_visible()
    ear.hears(TONE_HZ, within_s=10)
    assert clock_rate_hz(page) == PLAIN_HZ  # the stack is on this computer

    page.get_by_role("link", name="Settings").click()
    choice = page.get_by_test_id("compression")
    for kind, rate_hz in (("Compressed", PACKED_HZ), ("Automatic", PLAIN_HZ)):
        choice.get_by_role("radio", name=kind, exact=True).click()
        eventually(lambda rate_hz=rate_hz: clock_rate_hz(page) == rate_hz)
        ear.listen_anew()
        ear.hears(TONE_HZ, within_s=10)


def clock_rate_hz(page: Page) -> int | None:
    """Of the page's sound; None while it has none."""
    return page.evaluate(CLOCK_RATE_HZ)


CLOCK_RATE_HZ = """() => Promise.race([
  window.handsetAudio.captureOutput(0.02).then(({ clockRateHz }) => clockRateHz),
  new Promise((resolve) => setTimeout(resolve, 300)), // the sound ended while it was asked
])"""
