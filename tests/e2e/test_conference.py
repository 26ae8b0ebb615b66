"""A conference, as a person makes it: two calls, one click, and everybody hears everybody."""

from playwright.sync_api import Page, expect

from deploy.practice.server import PracticeServer
from tests.e2e.conftest import TONE_HZ, card, dial
from tests.peers.ear import Ear
from tests.peers.telephone import Telephone, hears_all


def test_two_calls_become_a_conference_and_one_party_is_removed(
    page: Page, ear: Ear, practice: PracticeServer
):
    with Telephone(practice, "bob", 1100) as bob, Telephone(practice, "carol", 1900) as carol:
        dial(page, "102")
        expect(card(page, appearance="active")).to_be_visible()
        expect(page.get_by_test_id("conference")).to_be_disabled()

        dial(page, "103")
        expect(card(page, appearance="held")).to_be_visible()
        card(page, appearance="active").get_by_test_id("conference").click()

        parties = page.get_by_test_id("conference-party")
        expect(parties).to_have_count(2)
        hears_all(bob, TONE_HZ, carol.tone_hz)
        hears_all(carol, TONE_HZ, bob.tone_hz)
        hears_all(ear, bob.tone_hz, carol.tone_hz, within_s=10)

        parties.filter(has_text="102").get_by_test_id("conference-drop").click()
        expect(card(page, appearance="active")).to_contain_text("103")
        expect(page.get_by_test_id("conference-card")).to_have_count(0)
        carol.hears(TONE_HZ)
