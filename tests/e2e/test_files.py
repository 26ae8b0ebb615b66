"""Files on the page: sent, dropped, shown, saved, and refused in words."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.e2e.conftest import Chromium, sign_in
from tests.peers.chatter import Chatter

DROP = """(row, name) => {
  const dragged = new DataTransfer()
  dragged.items.add(new File(['minutes'], name, { type: 'text/plain' }))
  for (const type of ['dragenter', 'dragover', 'drop'])
    row.dispatchEvent(new DragEvent(type, { bubbles: true, dataTransfer: dragged }))
}"""
PICTURE = (Path(__file__).parents[2] / "docs" / "images").glob("*.png")


@pytest.fixture
def page(chromium: Chromium, alice_stack: Stack) -> Page:
    page = chromium.start(locale="en-GB").pages[0]
    sign_in(page, alice_stack)
    return page


def row(page: Page, name: str) -> Locator:
    return page.get_by_test_id("contact").filter(has_text=name)


def test_a_file_that_is_dropped_on_a_contact_reaches_them(page: Page, practice: PracticeServer):
    with Chatter(practice, "bob") as bob:
        expect(page.get_by_text("Chat is connected.")).to_be_attached()
        expect(row(page, "Bob").get_by_role("img", name="Available")).to_be_visible()
        row(page, "Bob").evaluate(DROP, "minutes.txt")
        attachment = page.get_by_test_id("attachment").filter(has_text="minutes.txt").last
        expect(attachment).to_be_visible()
        heard = bob.gets(lambda message: message["body"].endswith("minutes.txt"))
        assert heard["oob"]["url"] == heard["body"]

    with page.expect_download() as saving:
        attachment.click()
    assert saving.value.suggested_filename == "minutes.txt"
    assert saving.value.path().read_text() == "minutes"


def test_a_picture_is_shown_and_what_is_too_large_is_told(page: Page, tmp_path: Path):
    huge = tmp_path / "huge.iso"
    with huge.open("wb") as file:
        file.truncate(51 * 1024 * 1024)
    row(page, "Carol").locator("button").first.click()
    chosen = page.get_by_test_id("file")
    chosen.set_input_files([next(PICTURE), huge])

    picture = page.get_by_role("img", name="Picture").last
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    refused = page.get_by_test_id("upload")
    expect(refused).to_contain_text("takes files of up to 50 MB")
    refused.get_by_role("button", name="Discard").click()
    expect(refused).to_have_count(0)


CHOOSE = "window.showDirectoryPicker = () => navigator.storage.getDirectory()"
SAVED = """async () => {
  const folder = await navigator.storage.getDirectory()
  const texts = {}
  for await (const [name, file] of folder) texts[name] = await (await file.getFile()).text()
  return texts
}"""


def test_a_file_is_saved_in_the_folder_that_was_chosen(page: Page):
    page.evaluate(CHOOSE)  # one of the browser's own, which needs no dialog of the system
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("button", name="Choose a folder").click()
    expect(page.get_by_role("button", name="Save as usual")).to_be_visible()
    page.reload()
    row(page, "Bob").evaluate(DROP, "plan.txt")
    attachment = page.get_by_test_id("attachment").filter(has_text="plan.txt").last
    attachment.click()
    expect(attachment.get_by_role("img", name="Saved as plan.txt")).to_be_visible()
    attachment.click()
    expect(attachment.get_by_role("img", name="Saved as plan (2).txt")).to_be_visible()
    assert page.evaluate(SAVED) == {"plan.txt": "minutes", "plan (2).txt": "minutes"}
