"""Microphone, loudspeaker and voice processing, changed while somebody talks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page

from deploy.stack import Stack
from tests.e2e.conftest import HANG_UP_EVERYTHING, TONE_HZ, Chromium, card, dial, sign_in
from tests.peers.ear import eventually
from tests.peers.sound_card import SoundCard

OTHER_HZ = 1100


@pytest.fixture
def desk(sound: SoundCard) -> Iterator[SoundCard]:
    """Two microphones, each with a voice of its own, and a second loudspeaker."""
    with (
        sound.whistle("Headset", TONE_HZ),
        sound.whistle("Table", OTHER_HZ),
        sound.loudspeaker("Monitor"),
    ):
        yield sound


def test_devices_are_changed_in_a_call(chromium: Chromium, alice_stack: Stack, desk: SoundCard):
    """Noise suppression would take a steady tone for noise: it is switched off in the call."""
    page = chromium.start(real_devices=True).pages[0]
    page.add_init_script(REMEMBER_MICROPHONES)
    sign_in(page, alice_stack)
    dial(page, "600")  # what is said comes back
    menu = open_menu(page)
    eventually(lambda: processing_of(page) == {"echoCancellation": True, "noiseSuppression": True})
    menu.get_by_role("switch", name="Suppress noise").click()
    menu.get_by_role("switch", name="Cancel echo").click()
    off = {"echoCancellation": False, "noiseSuppression": False}
    eventually(lambda: processing_of(page) == off)
    menu.get_by_label("Microphone", exact=True).select_option(label="Headset")
    desk.ear.hears(TONE_HZ, within_s=10)

    menu.get_by_label("Microphone", exact=True).select_option(label="Table")
    desk.ear.hears(OTHER_HZ)

    menu.get_by_label("Speaker", exact=True).select_option(label="Monitor")
    desk.plays_on("Monitor")
    desk.ear.listen_anew()
    desk.ear.hears(OTHER_HZ)
    page.evaluate(HANG_UP_EVERYTHING)


REMEMBER_MICROPHONES = """
window.microphones = []
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices)
navigator.mediaDevices.getUserMedia = async (wanted) => {
  const stream = await open(wanted)
  window.microphones.push(stream.getAudioTracks()[0])
  return stream
}
"""


def processing_of(page: Page) -> dict[str, bool]:
    """What the browser does to the voice of the microphone that was opened last."""
    settings = page.evaluate("window.microphones.at(-1).getSettings()")
    return {kind: settings[kind] for kind in ("echoCancellation", "noiseSuppression")}


def open_menu(page: Page) -> Locator:
    card(page, appearance="active").get_by_test_id("audio-menu").click()
    return page.get_by_role("dialog", name="Microphone and speaker")
