"""The sound check in a browser whose microphone hears a tone, and no loudspeaker."""

from playwright.sync_api import Page, expect

from tests.e2e.conftest import TONE_HZ
from tests.peers.ear import Ear


def test_a_sound_check_tells_what_was_found_and_lets_one_hear_oneself(page: Page, ear: Ear):
    page.get_by_role("button", name="Microphone and speaker").click()
    page.get_by_role("switch", name="Suppress noise").click()  # the tone is no noise
    page.get_by_role("button", name="Sound check").click()
    dialog = page.get_by_role("dialog", name="Sound check")
    dialog.get_by_role("button", name="Start").click()

    expect(dialog.get_by_role("listitem")).to_have_count(3)
    path, echo, voice = dialog.get_by_role("listitem").all()
    expect(path).to_contain_text("ms there and back", timeout=15_000)
    expect(echo).to_contain_text("Please be quiet")
    ear.hears_sound()
    expect(echo).to_contain_text("Others will not hear", timeout=15_000)
    expect(voice).to_contain_text("others hear you", timeout=15_000)
    ear.hears(TONE_HZ)
    expect(dialog.get_by_role("button", name="Check again")).to_be_visible(timeout=15_000)
    expect(voice).to_contain_text("dB")
