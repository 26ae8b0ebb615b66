"""A microphone that is refused, and sound that the browser holds back until a gesture."""

from pathlib import Path

from playwright.sync_api import Page, expect

from deploy.stack import Stack
from tests.e2e.conftest import (
    HANG_UP_EVERYTHING,
    TONE_HZ,
    Chromium,
    card,
    dial,
    frames_heard,
    sign_in,
)
from tests.peers.ear import Ear
from tests.peers.sound_card import SoundCard


def test_a_refused_microphone_leaves_the_call_alive_and_is_said(
    chromium: Chromium, alice_stack: Stack, ear: Ear
):
    page = chromium.start(microphone=False).pages[0]
    sign_in(page, alice_stack)
    dial(page, "601")
    expect(card(page, state="confirmed")).to_be_visible()
    expect(page.get_by_test_id("mic-warning").first).to_be_visible()
    ear.hears(1004, within_s=10)
    page.evaluate(HANG_UP_EVERYTHING)


def test_a_page_that_was_opened_without_a_gesture_says_that_sound_is_off(
    chromium: Chromium, alice_stack: Stack, ear: Ear
):
    """Microphone refused, no click since the page was loaded: the autoplay policy holds."""
    context = chromium.start(microphone=False)
    page = context.pages[0]
    sign_in(page, alice_stack)
    dial(page, "601")
    expect(card(page, state="confirmed")).to_be_visible()
    page.close()
    context.add_init_script(TELL_OF_THE_SOUND_BAR)
    second = context.new_page()
    # whatever a test asks a page is a click: the page has to tell by itself
    with second.expect_console_message(lambda line: line.text == "sound-bar"):
        second.goto(alice_stack.address)
    bar = second.get_by_test_id("sound-bar")
    bar.get_by_role("button").first.click()
    expect(bar).to_have_count(0)
    ear.hears(1004, within_s=10)
    second.evaluate(HANG_UP_EVERYTHING)


TELL_OF_THE_SOUND_BAR = """
new MutationObserver((_changes, observer) => {
  if (document.querySelector('[data-testid="sound-bar"]')?.checkVisibility() !== true) return
  observer.disconnect()
  console.log('sound-bar')
}).observe(document, { childList: true, subtree: true })
"""


def test_an_unplugged_microphone_leaves_the_call_alive_and_one_that_is_back_is_used(
    chromium: Chromium, alice_stack: Stack, sound: SoundCard, microphone: Path
):
    with sound.microphone(microphone):
        page = chromium.start(real_devices=True).pages[0]
        sign_in(page, alice_stack)
        dial(page, "600")
        expect(card(page, state="confirmed")).to_be_visible()
        sound.ear.hears(TONE_HZ, within_s=10)
    expect(page.get_by_test_id("mic-warning").first).to_be_visible()
    expect(card(page, state="confirmed")).to_be_visible()
    sound.ear.hears_nothing()

    with sound.microphone(microphone):
        sound.ear.hears(TONE_HZ, within_s=15)
        expect(page.get_by_test_id("mic-warning")).to_have_count(0)
        page.evaluate(HANG_UP_EVERYTHING)


def test_the_browser_that_dials_has_the_audio_and_another_can_take_it(
    chromium: Chromium, alice_stack: Stack, sound: SoundCard
):
    home, office = (chromium.start().pages[0] for _ in range(2))
    for page in (home, office):
        sign_in(page, alice_stack)
        expect(page.get_by_test_id("dial-input")).to_be_visible()
    dial(office, "600")
    take = home.get_by_role("button", name="Take it here")
    expect(card(home, state="confirmed")).to_be_visible()
    expect(take).to_be_visible()
    sound.ear.hears(TONE_HZ, within_s=10)
    assert frames_heard(office) > 0
    assert frames_heard(home) == 0

    take.click()
    expect(take).to_have_count(0)
    expect(office.get_by_role("button", name="Take it here")).to_be_visible()
    sound.ear.hears(TONE_HZ, within_s=10)
    home.evaluate(HANG_UP_EVERYTHING)


def test_typing_digits_dials_whatever_was_clicked_before(page: Page):
    profile = page.get_by_role("button", name="Profile")
    profile.click()
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("6")
    expect(page.get_by_role("menu")).to_be_hidden()
    expect(profile).to_be_focused()
    page.keyboard.type("00")
    page.keyboard.press("Enter")
    expect(card(page, state="confirmed")).to_be_visible()
