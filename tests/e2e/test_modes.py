"""Expanded, normal and mini: what each shows, how they change, and that nothing is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import card, dial
from tests.peers.face import Face

WIDTHS = {"expanded": 1440, "normal": 900, "mini": 400}
ENTRIES = 24
"""So many that the journal can be scrolled in any window here."""


def resize(page: Page, mode: str) -> None:
    page.set_viewport_size({"width": WIDTHS[mode], "height": 800})
    expect_mode(page, mode)


def expect_mode(page: Page, mode: str) -> None:
    expect(page.get_by_test_id("shell")).to_have_attribute("data-mode", mode)


def area(page: Page, name: str) -> Locator:
    """A link of the switch bar."""
    return page.get_by_role("navigation").get_by_role("link", name=name)


def journal(page: Page) -> Locator:
    return page.get_by_role("region", name="Journal")


def topmost(page: Page) -> str:
    """The first entry of the journal that is wholly to be seen."""
    found: str = journal(page).evaluate(
        """list => {
          const isSeen = (row) => row.getBoundingClientRect().top > list.getBoundingClientRect().top
          return [...list.querySelectorAll('li')].find(isSeen).innerText
        }"""
    )
    return found


@pytest.fixture
def long_journal(page: Page, alice: Face) -> Iterator[Page]:
    """A page whose journal has many entries."""
    for number in range(ENTRIES):
        alice.dial(f"?{number}")
    expect(page.get_by_test_id("journal-entry").nth(ENTRIES - 1)).to_be_attached()
    yield page


@pytest.mark.parametrize(
    ("mode", "areas", "edges"),
    [
        ("expanded", ["Chat", "Journal", "Teams", "Settings"], 2),
        ("normal", ["Chat", "Telephony", "Journal", "Teams", "Settings"], 1),
        ("mini", ["Contacts", "Chat", "Telephony", "Journal", "Teams", "Settings"], 0),
    ],
)
def test_the_width_of_the_window_chooses_the_mode(page: Page, mode, areas, edges):
    resize(page, mode)
    names = [re.compile(f"^{area}") for area in areas]  # what waits there is counted after it
    expect(page.get_by_role("navigation").get_by_role("link")).to_have_text(names)
    expect(page.get_by_role("separator")).to_have_count(edges)
    expect(page.get_by_role("button", name="Profile")).to_be_visible()
    expect(journal(page)).to_be_visible()
    expect(page.get_by_test_id("dial-input")).to_be_visible(visible=mode == "expanded")
    contacts = page.get_by_role("region", name="Contacts")
    expect(contacts).to_be_visible(visible=mode != "mini")
    if mode == "mini":
        area(page, "Contacts").click()
        expect(contacts).to_be_visible()
        expect(journal(page)).to_be_hidden()
    if mode != "expanded":
        area(page, "Telephony").click()
        expect(page.get_by_test_id("dial-input")).to_be_visible()
        expect(journal(page)).to_be_hidden()
    is_below = page.get_by_role("navigation").bounding_box()["y"] > 700
    assert is_below == (mode == "mini")
    assert page.evaluate("document.documentElement.scrollWidth") <= WIDTHS[mode]


def test_nothing_is_lost_when_the_mode_changes(long_journal: Page):
    page = long_journal
    page.get_by_test_id("dial-input").fill("030 1234")
    journal(page).evaluate("list => list.scrollTo({ top: 300 })")
    entry = topmost(page)
    for mode in ("normal", "mini", "normal", "expanded"):
        resize(page, mode)
        expect(page.get_by_test_id("dial-input")).to_have_value("030 1234")
        assert topmost(page) == entry


def test_the_journal_is_where_it_was_after_a_look_at_something_else(long_journal: Page):
    page = long_journal
    resize(page, "mini")
    journal(page).evaluate("list => list.scrollTo({ top: 300 })")
    entry = topmost(page)
    for other in ("Settings", "Telephony"):
        area(page, other).click()
        expect(journal(page)).to_be_hidden()
        area(page, "Journal").click()
        expect(journal(page)).to_be_visible()
        assert topmost(page) == entry


def test_a_question_stays_open_when_the_mode_changes(page: Page):
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("menuitem", name="Sign out").click()
    for mode in ("normal", "mini", "expanded"):
        resize(page, mode)
        expect(page.get_by_role("alertdialog")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()


def test_a_call_and_its_dial_pad_are_seen_in_every_mode_and_view(page: Page):
    dial(page, "500")
    expect(card(page, state="confirmed")).to_be_visible()
    page.get_by_test_id("dialpad-toggle").click()
    page.keyboard.type("12")
    for mode in WIDTHS:
        resize(page, mode)
        for link in page.get_by_role("navigation").get_by_role("link").all():
            link.click()
            expect(page.get_by_test_id("call-card")).to_have_count(1)
            expect(page.get_by_test_id("hang-up")).to_be_visible()
            expect(page.get_by_test_id("dtmf-sent")).to_have_text("12")


def test_a_reload_shows_the_same_view_in_the_same_mode(page: Page):
    resize(page, "normal")
    area(page, "Telephony").click()
    page.reload()
    expect(page.get_by_test_id("dial-input")).to_be_visible()
    expect(area(page, "Telephony")).to_have_attribute("aria-current", "page")


@pytest.mark.parametrize(
    ("name", "inwards", "usual"),
    [("Width of the left area", -1, 248), ("Width of telephony", 1, 400)],
)
def test_a_pane_is_resized_by_mouse_and_keys_and_stays_so(page: Page, name, inwards, usual):
    edge = page.get_by_role("separator", name=name)
    expect(edge).to_have_attribute("aria-valuenow", str(usual))
    box = edge.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + 400
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 24, y, steps=4)
    page.mouse.up()
    dragged = usual + inwards * 24
    expect(edge).to_have_attribute("aria-valuenow", str(dragged))
    assert edge.bounding_box()["x"] == pytest.approx(box["x"] - 24, abs=1)

    edge.press("ArrowLeft")
    expect(edge).to_have_attribute("aria-valuenow", str(dragged + inwards * 16))
    page.reload()
    expect(edge).to_have_attribute("aria-valuenow", str(dragged + inwards * 16))

    edge.press("Home")
    expect(edge).to_have_attribute("aria-valuenow", edge.get_attribute("aria-valuemin") or "")
    edge.press("End")
    expect(edge).to_have_attribute("aria-valuenow", edge.get_attribute("aria-valuemax") or "")
    edge.dblclick()
    expect(edge).to_have_attribute("aria-valuenow", str(usual))


def test_keys_and_menu_choose_a_mode_that_fits_and_the_browser_keeps_it(page: Page):
    page.keyboard.press("Alt+Shift+Digit1")
    expect_mode(page, "mini")
    page.keyboard.press("Control+Digit2")  # as in a window of its own
    expect_mode(page, "normal")
    page.reload()
    expect_mode(page, "normal")
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("menuitemradio", name="Expanded").click()
    expect_mode(page, "expanded")
    resize(page, "mini")
    page.keyboard.press("Alt+Shift+Digit3")
    expect_mode(page, "mini")  # it is all that fits
    resize(page, "expanded")


def test_a_ringing_call_leaves_the_keyboard_where_it_is(page: Page, alice: Face):
    resize(page, "normal")
    area(page, "Telephony").click()
    field = page.get_by_test_id("dial-input")
    field.fill("12")
    call = alice.dial("198")
    alice.waits_for(call, state="confirmed")
    alice.command(call, "hang-up")
    expect(page.get_by_test_id("accept")).to_be_visible(timeout=10_000)
    page.keyboard.type("3")
    expect(field).to_be_focused()
    expect(field).to_have_value("123")
