"""Handing calls over, as a person does it: by a click, by typing, and by keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.practice.server import PracticeServer
from tests.e2e.conftest import TONE_HZ, card, dial
from tests.peers.ear import Ear
from tests.peers.telephone import Telephone

BOB_HZ, CAROL_HZ = 1100, 1900


@pytest.fixture(scope="module")
def bob(practice: PracticeServer) -> Iterator[Telephone]:
    with Telephone(practice, "bob", BOB_HZ) as telephone:
        yield telephone


def test_a_second_call_is_added_and_both_are_connected_at_a_click(
    page: Page, practice: PracticeServer, bob: Telephone
):
    with Telephone(practice, "carol", CAROL_HZ) as carol:
        dial(page, "102")
        bob.hears(TONE_HZ, within_s=10)

        card(page, appearance="active").get_by_test_id("add-call").click()
        page.get_by_test_id("target-input").fill("car")
        page.keyboard.press("Enter")
        expect(card(page, appearance="active")).to_contain_text("Carol")
        card(page, appearance="held").get_by_test_id("connect").click()

        expect(card(page, appearance="ended")).to_contain_text("Transferred to")
        expect(page.get_by_test_id("call-card")).to_have_count(1)
        bob.hears(CAROL_HZ)
        carol.hears(BOB_HZ)
    expect(page.get_by_test_id("journal-entry").nth(1)).to_contain_text("Transferred to")


def test_a_call_is_transferred_by_keyboard_and_comes_back_from_who_is_busy(
    page: Page, ear: Ear, bob: Telephone
):
    dial(page, "102")
    active = card(page, appearance="active")
    expect(active).to_be_visible()
    active.get_by_test_id("transfer").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("199")
    page.keyboard.press("Enter")

    expect(active).to_contain_text("Not transferred to 199. Busy")
    ear.hears(BOB_HZ, within_s=10)


def test_a_call_goes_to_a_contact_and_is_taken_back_while_it_rings(page: Page, bob: Telephone):
    dial(page, "102")
    expect(card(page, appearance="active")).to_be_visible()
    page.get_by_test_id("contact").filter(has_text="Carol").click(button="right")
    page.get_by_test_id("transfer-to").click()

    page.set_viewport_size({"width": 400, "height": 800})
    way = card(page, appearance="transferring")
    expect(way).to_contain_text("It rings at Carol")
    expect(page.get_by_test_id("call-card")).to_have_count(1)
    way.get_by_test_id("take-back").click()
    expect(card(page, appearance="active")).to_be_visible()
    bob.hears(TONE_HZ)


def test_a_call_during_a_call_has_three_answers(page: Page):
    dial(page, "198")
    expect(card(page, state="confirmed")).to_be_visible()
    page.get_by_test_id("hang-up").first.click()
    dial(page, "601")
    expect(card(page, appearance="active")).to_be_visible()

    ringing = card(page, appearance="incoming")
    expect(ringing.get_by_test_id("accept")).to_have_text("Hold and accept", timeout=10_000)
    expect(ringing.get_by_test_id("reject")).to_be_visible()
    ringing.get_by_test_id("accept-and-end").click()
    expect(card(page, appearance="active")).to_contain_text("198")
    expect(card(page, appearance="held")).to_have_count(0)
