"""A part dies while a page is open: nothing is clicked, and the page shows how it is."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import TONE_HZ, Chromium, sign_in
from tests.e2e.test_first_call import card, dial
from tests.peers.ear import Ear
from tests.peers.face import Face
from tests.peers.supervised import SupervisedStack

BACK_WITHIN_S = 15
"""Some seconds more than the part itself: nobody waits for it with a clock in the hand."""


@pytest.fixture
def page(chromium: Chromium, supervised: SupervisedStack) -> Iterator[Page]:
    """Alice's page at a stack whose parts are all well."""
    supervised.is_healthy(within_s=20)
    page = chromium.start().pages[0]
    sign_in(page, supervised.stack)
    expect(page.get_by_test_id("dial-input")).to_be_visible()
    return page


@pytest.fixture
def other(supervised: SupervisedStack, page: Page) -> Iterator[Face]:
    """Another face of the same stack."""
    with Face(supervised.stack.address) as face:
        assert face.sign_in().status_code == 200
        yield face
        face.hang_up_everything()


def test_a_call_whose_engine_died_says_so_and_is_heard_again(
    page: Page, ear: Ear, supervised: SupervisedStack, other: Face
):
    dial(page, "600")
    expect(card(page, state="confirmed")).to_be_visible()
    ear.hears(TONE_HZ, within_s=10)

    supervised.kill("sip-engine")
    ear.listen_anew()
    expect(card(page, state="confirmed")).to_contain_text("is being restored")
    expect(card(page, state="confirmed")).to_contain_text("has been restored")
    ear.hears(TONE_HZ)
    expect(page.get_by_role("status").filter(has_text="Telephony")).to_have_count(0)


def test_the_page_says_that_the_storage_is_full(page: Page, supervised: SupervisedStack):
    notice = page.get_by_role("status").filter(has_text="storage of Handset is full")
    with supervised.with_redis_full():
        dial(page, "600")
        expect(notice).to_be_visible()
        expect(card(page)).to_have_count(0)
    dial(page, "199")
    expect(card(page, state="terminated")).to_contain_text("Busy")
    expect(notice).to_have_count(0)


@pytest.mark.parametrize("part", ["rabbitmq", "redis", "sip", "journal", "gateway"])
def test_the_page_shows_how_it_is_after_a_part_died(
    part, page: Page, supervised: SupervisedStack, other: Face
):
    dial(page, "600")
    running = card(page, state="confirmed")
    expect(running).to_be_visible()
    call_id = running.get_attribute("data-call-id")

    killed = supervised.kill(part)
    supervised.is_back(part, killed, within_s=BACK_WITHIN_S)
    supervised.is_healthy()
    other.command({"call_id": call_id}, "hang-up")
    failed = other.waits_for(other.dial("199"), state="terminated")

    expect(running).to_have_count(0, timeout=BACK_WITHIN_S * 1000)
    entries = page.get_by_test_id("journal-entry")
    expect(entries.first).to_have_attribute("data-result", "failed")
    expect(entries.nth(1)).to_have_attribute("data-result", "answered")
    assert other.journal_entry(failed, result="failed")["problem"] == "busy"
    expect(page.get_by_text("Connection lost")).to_have_count(0)
