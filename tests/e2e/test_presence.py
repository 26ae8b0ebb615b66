"""How colleagues are, and how they see us, on the page."""

import pytest
from playwright.sync_api import Page, expect

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.e2e.conftest import Chromium, sign_in
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually


@pytest.fixture
def page(chromium: Chromium, alice_stack: Stack) -> Page:
    page = chromium.start(locale="en-GB").pages[0]
    sign_in(page, alice_stack)
    return page


def test_a_row_has_the_presence_of_a_colleague_beside_the_call_state(
    page: Page, practice: PracticeServer
):
    bob = page.get_by_test_id("contact").filter(has_text="Bob")
    expect(bob.get_by_test_id("presence")).to_have_accessible_name("Available")
    expect(bob.get_by_test_id("lamp")).to_have_attribute("data-lamp", "free")
    expect(bob).to_contain_text("A robot. Write to me!")

    with Chatter(practice, "bob") as himself:
        himself.do(lambda: himself.client.send_presence("dnd", "<b>Meeting</b>", ppriority=3))
        expect(bob.get_by_test_id("presence")).to_have_accessible_name("Do not disturb")
        expect(bob).to_contain_text("<b>Meeting</b>")
    expect(bob.get_by_test_id("presence")).to_have_accessible_name("Available")


def test_the_list_is_filtered_by_a_group_of_the_server(page: Page):
    page.get_by_test_id("contact-filter").click()
    page.get_by_role("menuitemradio", name="Colleagues").click()

    expect(page.get_by_test_id("contact-filter")).to_have_text("Colleagues")
    expect(page.get_by_test_id("contact")).to_have_count(2)


def test_others_see_the_presence_and_the_text_that_are_chosen(page: Page, practice: PracticeServer):
    profile = page.get_by_role("button", name="Profile")
    profile.click()
    page.get_by_test_id("edit-status-texts").click()
    page.get_by_role("textbox", name="Be right back").fill("Lunch until one")
    page.get_by_role("button", name="Save").click()
    profile.click()
    page.get_by_test_id("presence-away").click()

    expect(page.get_by_test_id("own-presence")).to_have_text("Lunch until one")
    with Chatter(practice, "bob") as bob:
        alice = bob.client.client_roster["alice@practice"]
        eventually(
            lambda: any(
                (each["show"], each["status"]) == ("away", "Lunch until one")
                for each in bob.do(lambda: list(alice.resources.values()))
            ),
            what="Alice's presence as Bob sees it",
        )
    profile.click()
    page.get_by_test_id("presence-available").click()
    expect(page.get_by_test_id("own-presence")).to_have_text("Available")
