"""Do-not-disturb, forwarding and the voicemail, as a person sees them."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.practice.server import PracticeServer, asterisk_says
from deploy.stack import Stack
from tests.e2e.conftest import card, dial
from tests.peers.face import Face

OFF = {"is_on": False}


@pytest.fixture(autouse=True)
def rules_end_with_the_test(alice_stack: Stack) -> Iterator[None]:
    yield
    with Face(alice_stack.address) as face:
        face.sign_in()
        rules = {"always": OFF, "do_not_disturb": OFF}
        assert face.request("PATCH", "/api/v1/incoming-rules", rules).status_code == 200


def test_do_not_disturb_says_what_callers_get_and_ends_by_one_click(
    page: Page, practice: PracticeServer
):
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("menuitemcheckbox", name="Do not disturb").click()
    expect(page.get_by_test_id("incoming-preview")).to_contain_text("It does not ring")
    page.keyboard.press("Escape")
    bar = page.get_by_test_id("do-not-disturb-bar")
    expect(bar).to_be_visible()

    asterisk_says(practice, "channel originate Local/101@internal application Wait 2")
    expect(page.get_by_test_id("journal-entry").first).to_contain_text("not put through")
    expect(card(page)).to_have_count(0)

    bar.get_by_role("button", name="Switch off").click()
    expect(bar).to_have_count(0)
    asterisk_says(practice, "channel originate Local/101@internal application Wait 2")
    expect(card(page, appearance="incoming")).to_be_visible()


def test_missed_calls_are_counted_until_the_journal_is_seen(page: Page, practice: PracticeServer):
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_test_id("missed-calls")).to_have_count(0)
    asterisk_says(practice, "channel originate Local/101@internal application Wait 1")
    expect(card(page, appearance="incoming")).to_be_visible()
    asterisk_says(practice, "channel request hangup all")
    expect(page.get_by_test_id("missed-calls")).to_have_text("1")
    expect(page).to_have_title(re.compile(r"\(\d+\) Handset"))

    page.get_by_role("link", name="Journal").click()

    expect(page.get_by_test_id("journal-entry").first).to_contain_text("Missed")
    expect(page.get_by_test_id("missed-calls")).to_have_count(0)


def test_calls_are_forwarded_where_the_settings_say(page: Page):
    page.get_by_role("link", name="Settings").click()
    rule = page.get_by_test_id("forwarding-always")
    rule.get_by_role("switch").click()
    rule.get_by_label("Forward always: Number or name").fill("601")
    rule.get_by_label("Forward always: Number or name").press("Enter")
    bar = page.get_by_test_id("forwarding-bar-always")
    expect(bar).to_contain_text("Calls go to 601.")
    expect(page.get_by_test_id("incoming-preview")).to_contain_text("the call goes to 601")

    bar.get_by_role("button", name="Switch off").click()

    expect(bar).to_have_count(0)
    expect(rule.get_by_role("switch")).not_to_be_checked()


def test_a_call_shows_that_it_is_encrypted(page: Page):
    dial(page, "600")
    lock = card(page, appearance="active").get_by_test_id("call-encryption")
    lock.click()
    expect(page.get_by_text("nobody can listen to this call")).to_be_visible()
