"""The first call, as a person makes it: in a browser, with sound that is measured."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import TONE_HZ, card, dial
from tests.peers.ear import Ear


def test_alice_dials_600_and_hears_herself(page: Page, ear: Ear):
    dial(page, "600")
    expect(card(page, state="confirmed")).to_be_visible()
    ear.hears(TONE_HZ, within_s=10)
    page.evaluate("() => { window.captured = window.handsetAudio.captureOutput(60) }")

    page.get_by_test_id("hang-up").first.click()
    expect(card(page, state="confirmed")).to_have_count(0)
    expect(page.get_by_test_id("journal-entry").first).to_have_attribute("data-result", "answered")
    ear.hears_nothing()
    assert page.evaluate("window.captured.then(({ samples }) => samples === undefined)")


def test_alice_dials_102_and_bobs_robot_answers_and_speaks(page: Page, ear: Ear):
    dial(page, "102")
    expect(card(page, state="early")).to_be_visible()
    ear.hears(425, within_s=3)
    expect(card(page, state="confirmed")).to_be_visible()
    ear.hears(1000, within_s=25)


def test_alice_is_called_back_by_198_and_answers_on_the_page(page: Page, ear: Ear):
    dial(page, "198")
    expect(card(page, state="confirmed")).to_be_visible()
    page.get_by_test_id("hang-up").first.click()

    incoming = card(page, direction="incoming", state="early")
    expect(incoming).to_be_visible(timeout=10_000)
    ear.hears_sound()  # the ring tone
    page.get_by_test_id("accept").first.click()

    expect(card(page, direction="incoming", state="confirmed")).to_be_visible()
    ear.hears_sound(within_s=10)


def test_hold_mute_and_digits(page: Page, ear: Ear):
    ear.hears_nothing()  # the end tone of another call is not the menu
    dial(page, "500")
    expect(card(page, state="confirmed")).to_be_visible()
    ear.hears_sound()
    page.get_by_test_id("dialpad-toggle").first.click()
    page.keyboard.press("3")  # the echo
    expect(page.get_by_test_id("dtmf-sent")).to_have_text("3")
    ear.hears(TONE_HZ, within_s=12)

    page.get_by_test_id("mute").first.click()
    ear.hears_nothing()
    page.get_by_test_id("unmute").first.click()
    ear.hears(TONE_HZ)

    page.get_by_test_id("hold").first.click()
    expect(page.get_by_test_id("resume").first).to_be_visible()
    ear.hears_nothing()
    page.get_by_test_id("resume").first.click()
    ear.hears(TONE_HZ)

    page.get_by_test_id("hang-up").first.click()
    page.get_by_test_id("journal-more").first.click()
    expect(page.get_by_test_id("hold-time")).to_contain_text("on hold")


@pytest.mark.parametrize(
    ("dialled", "sentence"),
    [
        ("199", "busy"),
        ("4711", "does not exist"),
        ("🎉", "neither a number nor a name"),
        ("sip:600@evil.example", "another server"),
    ],
)
def test_a_call_that_fails_says_why_on_the_page_and_in_the_journal(page, dialled, sentence):
    dial(page, dialled)
    expect(card(page, state="terminated")).to_contain_text(sentence, ignore_case=True)
    expect(page.get_by_test_id("journal-entry").first).to_contain_text(sentence, ignore_case=True)
    expect(page.get_by_test_id("journal-entry").first).to_have_attribute("data-result", "failed")


def test_an_incoming_call_takes_no_keyboard_focus_and_is_seen_in_every_view(page: Page):
    dial(page, "198")
    expect(card(page, state="confirmed")).to_be_visible()
    page.get_by_test_id("hang-up").first.click()
    expect(card(page, state="confirmed")).to_have_count(0)
    field = page.get_by_test_id("dial-input")
    field.fill("12")
    field.focus()
    page.set_viewport_size({"width": 400, "height": 800})

    expect(page.get_by_test_id("accept").first).to_be_visible(timeout=10_000)
    for link in page.get_by_role("navigation").get_by_role("link").all():
        link.click()
        expect(page.get_by_test_id("accept").first).to_be_visible()
    page.get_by_test_id("reject").first.click()
    expect(page.get_by_test_id("accept")).to_have_count(0)
