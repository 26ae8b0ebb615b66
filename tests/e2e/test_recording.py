"""A call is recorded with one click, and listened to in the journal."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import TONE_HZ, card, dial
from tests.peers.ear import Ear


def test_a_call_is_recorded_and_played_in_the_journal(page: Page, ear: Ear):
    dial(page, "600")
    expect(card(page, state="confirmed")).to_be_visible()
    ear.hears(TONE_HZ, within_s=10)
    record = page.get_by_test_id("record")
    record.click()
    expect(record).to_have_attribute("aria-pressed", "true")
    expect(record).to_contain_text("REC 0:01")
    page.get_by_test_id("hang-up").first.click()
    expect(card(page, state="confirmed")).to_have_count(0)
    ear.hears_nothing()

    entry = page.get_by_test_id("journal-entry").first
    expect(entry).to_contain_text("Recorded")
    entry.get_by_test_id("journal-more").click()
    expect(entry.get_by_test_id("journal-details")).to_contain_text("Talk time")
    entry.get_by_test_id("recording-play").click()
    ear.hears(TONE_HZ)

    entry.get_by_test_id("recording-delete").click()
    entry.get_by_test_id("recording-delete-sure").click()
    expect(entry.get_by_test_id("recording")).to_have_count(0)
    expect(entry).not_to_contain_text("Recorded")
