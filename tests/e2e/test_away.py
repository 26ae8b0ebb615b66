"""Away by oneself, on the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from deploy.stack import Stack
from tests.e2e.conftest import Chromium, sign_in
from tests.peers.face import Face


@pytest.fixture
def face(alice_stack: Stack) -> Iterator[Face]:
    with Face(alice_stack.address) as face:
        assert face.sign_in().status_code == 200
        yield face
        face.request("PATCH", "/api/v1/settings", {"away_after_s": 0})


@pytest.fixture
def page(chromium: Chromium, alice_stack: Stack) -> Page:
    page = chromium.start(locale="en-GB").pages[0]
    sign_in(page, alice_stack)
    return page


def test_who_does_nothing_is_away_and_back_at_the_first_touch(page: Page, face: Face):
    own = page.get_by_test_id("own-presence")
    page.get_by_role("link", name="Settings").click()
    after = page.get_by_test_id("away-after")
    after.select_option("10 minutes")
    expect(own).to_have_text("Available")

    face.request("PATCH", "/api/v1/settings", {"away_after_s": 2})
    expect(own).to_have_text("Automatically away")
    page.get_by_role("button", name="Profile").press("Enter")
    expect(own).to_have_text("Available")
    expect(page.get_by_test_id("presence-available")).to_be_checked()
