"""Pictures of people on the page: one's own is chosen, others are seen."""

import struct
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.e2e.conftest import Chromium, sign_in
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.pictures import png

SIDE_PX = 256


@pytest.fixture
def page(chromium: Chromium, alice_stack: Stack) -> Page:
    page = chromium.start(locale="en-GB").pages[0]
    sign_in(page, alice_stack)
    return page


def is_shown(picture: Locator) -> None:
    expect(picture).to_be_visible()
    eventually(lambda: picture.evaluate("each => each.naturalWidth"), what="the picture itself")


def picture_of_alice(bob: Chatter) -> bytes:
    """As another client gets it; empty: there is none."""
    vcard = bob.ask(lambda: bob.client.plugin["xep_0054"].get_vcard("alice@practice"))
    return vcard["vcard_temp"]["PHOTO"]["BINVAL"] or b""


def open_dialog(page: Page) -> Locator:
    page.get_by_role("button", name="Profile").click()
    page.get_by_test_id("change-avatar").click()
    return page.get_by_test_id("avatar-dialog")


def test_ones_own_picture_is_cropped_generated_and_taken_away(
    page: Page, practice: PracticeServer, tmp_path: Path
):
    (tmp_path / "holiday.png").write_bytes(png(900, 500))
    own = page.get_by_role("button", name="Profile").locator("img")
    dialog = open_dialog(page)
    with page.expect_file_chooser() as chooser:
        dialog.get_by_role("button", name="Choose").click()
    chooser.value.set_files(tmp_path / "holiday.png")
    stage = dialog.get_by_test_id("avatar-stage")
    stage.press("ArrowLeft")
    stage.press("+")
    expect(dialog.get_by_role("slider")).to_have_value("1.1")
    dialog.get_by_role("button", name="Use this picture").click()

    expect(dialog).to_be_hidden()
    is_shown(own)
    with Chatter(practice, "bob") as bob:
        cropped = eventually(lambda: picture_of_alice(bob), what="Alice's picture at the server")
        assert struct.unpack(">II", cropped[16:24]) == (SIDE_PX, SIDE_PX)

        dialog = open_dialog(page)
        dialog.get_by_role("button", name="Generate").click()
        dialog.get_by_test_id("generated-avatar").nth(4).click()
        dialog.get_by_role("button", name="Use this picture").click()
        expect(dialog).to_be_hidden()
        eventually(lambda: picture_of_alice(bob) not in (b"", cropped), what="the generated one")

        open_dialog(page).get_by_role("button", name="Remove").click()
        expect(own).to_have_count(0)
        eventually(lambda: picture_of_alice(bob) == b"", what="no picture at the server")


def test_a_colleagues_picture_is_in_their_row_and_conversation(
    page: Page, practice: PracticeServer
):
    row = page.get_by_test_id("contact").filter(has_text="Bob")
    with Chatter(practice, "bob") as bob:
        avatars = bob.client.plugin["xep_0084"]
        picture = png(96, 96)
        about = {
            "id": avatars.generate_id(picture),
            "type": "image/png",
            "bytes": str(len(picture)),
        }
        bob.ask(lambda: avatars.publish_avatar(picture))
        bob.ask(lambda: avatars.publish_avatar_metadata(about))
        is_shown(row.locator("img"))
        row.get_by_role("button").first.click()
        is_shown(page.get_by_role("region", name="Bob").locator("img").first)

        bob.ask(lambda: avatars.stop())
        expect(row.locator("img")).to_have_count(0)
