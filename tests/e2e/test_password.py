"""Another password for chat: chosen on the page, or elsewhere."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.e2e.conftest import Chromium, sign_in
from tests.peers.chatter import Chatter
from tests.peers.face import Face

OLD, NEW = "alice-practice", "correct horse"


@pytest.fixture
def page(chromium: Chromium, alice_stack: Stack) -> Iterator[Page]:
    page = chromium.start(locale="en-GB").pages[0]
    sign_in(page, alice_stack)
    yield page
    with Face(alice_stack.address) as face:  # if the test has not got so far
        face.sign_in()
        face.request("POST", "/api/v1/profile/password", {"current": NEW, "new": OLD})


def test_a_password_is_changed_here_and_asked_for_when_it_was_changed_elsewhere(
    page: Page, practice: PracticeServer
):
    page.get_by_role("link", name="Settings").click()
    page.get_by_test_id("change-password").click()
    dialog = page.get_by_test_id("password-dialog")
    dialog.get_by_label("Current password").fill("a guess")
    dialog.get_by_label("New password", exact=True).fill(NEW)
    again = dialog.get_by_label("once more")
    again.fill("correct hose")
    again.press("Enter")
    expect(dialog).to_contain_text("The two are not the same.")
    again.fill(NEW)
    again.press("Enter")
    expect(dialog).to_contain_text("That is not your password for chat.")
    dialog.get_by_label("Current password").fill(OLD)
    again.press("Enter")
    expect(dialog).to_contain_text("The telephone keeps its own")
    dialog.get_by_role("button", name="Close").click()

    with Chatter(practice, "alice", password=NEW) as elsewhere:
        register = elsewhere.client.plugin["xep_0077"]
        elsewhere.ask(lambda: register.change_password(OLD, jid="practice"))
    banner = page.get_by_test_id("chat-refused")
    banner.get_by_role("button", name="Sign in to chat").click()
    dialog = page.get_by_test_id("chat-sign-in")
    expect(dialog.get_by_label("User name")).to_have_value("alice")
    dialog.get_by_label("Password").fill(OLD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_be_hidden()
    expect(banner).to_be_hidden()
    expect(page.get_by_test_id("own-presence")).to_have_text("Available")
