"""What the browser rings with."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import card, dial, tone
from tests.peers.ear import Ear

OWN_HZ = 1300


def test_a_file_of_ones_own_rings_also_after_a_reload(page: Page, ear: Ear, tmp_path: Path):
    page.get_by_role("link", name="Settings").click()
    page.get_by_label("Ring tone").select_option(label="Electronic")
    ear.hears_sound()

    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"no sound")
    choose(page, broken)
    expect(page.get_by_role("alert")).to_contain_text("cannot play this file")
    expect(page.get_by_label("Ring tone")).to_have_value("electronic")

    choose(page, tone(tmp_path / "own.wav", OWN_HZ))
    expect(page.get_by_role("alert")).to_have_count(0)
    ear.hears(OWN_HZ)
    page.reload()
    expect(page.locator("#tune option:checked")).to_have_text("own.wav")

    dial(page, "198")  # calls back
    card(page, state="confirmed").get_by_test_id("hang-up").click()
    expect(card(page, appearance="incoming")).to_be_visible(timeout=15_000)
    ear.hears(OWN_HZ)
    page.get_by_label("Volume").fill("0")
    ear.hears_nothing()


def choose(page: Page, file: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose file").click()
    chooser.value.set_files(file)
