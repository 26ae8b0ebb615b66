"""Teams, as a person uses them: by keyboard, with a caller who waits in the queue."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.practice.server import PracticeServer, asterisk_says
from tests.e2e.conftest import card

LOG_OUT = "() => fetch('/api/v1/teams/support/log-out', {method: 'POST'})"


@pytest.fixture
def support(page: Page) -> Iterator[Locator]:
    page.get_by_role("link", name="Teams").click()
    yield page.locator('[data-team="support"]')
    page.evaluate(LOG_OUT)


def test_alice_logs_in_sees_who_waits_answers_and_pauses(
    page: Page, support: Locator, practice: PracticeServer
):
    expect(support).to_contain_text("Offline")
    support.get_by_role("button", name="Log in").focus()
    page.keyboard.press("Enter")
    expect(support.get_by_role("status")).to_have_text("Available")
    expect(support).to_contain_text("Nobody is waiting.")

    asterisk_says(practice, "channel originate PJSIP/bob-robot extension 620@internal")
    bob = support.get_by_test_id("waiting-caller")
    expect(bob).to_contain_text("Bob")
    expect(page.get_by_role("link", name="Teams")).to_contain_text("1 caller waiting")
    expect(bob.locator("time")).to_have_text(re.compile(r"0:0[2-9]"))  # counts on

    card(page, direction="incoming").get_by_test_id("accept").click()
    expect(bob).to_have_count(0)
    expect(support.get_by_test_id("member").filter(has_text="(you)")).to_contain_text("In a call")

    support.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(support.get_by_role("status")).to_have_text("Paused: Vorbereitung")
    expect(support.get_by_role("button", name="End pause")).to_be_focused()
    expect(support.get_by_role("group")).to_have_attribute("aria-busy", "false")
    page.keyboard.press("Enter")
    expect(support.get_by_role("status")).to_have_text("Available")
