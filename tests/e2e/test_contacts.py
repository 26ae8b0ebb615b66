"""The contact list: calling from it by mouse, menu and keys, and stars that the stack keeps."""

from playwright.sync_api import Locator, Page, expect

from tests.peers.face import Face


def contact(page: Page, name: str) -> Locator:
    return page.get_by_test_id("contact").filter(has_text=name)


def is_called(page: Page, name: str) -> None:
    """And is hung up on."""
    call = page.locator('[data-testid="call-card"]:not([data-state="terminated"])')
    expect(call).to_contain_text(name)
    call.get_by_test_id("hang-up").click()
    expect(call).to_have_count(0)


def test_somebody_is_called_by_handset_menu_and_keys(page: Page, alice: Face):
    expect(page.get_by_test_id("contact")).to_have_count(2)  # Alice is not in her own list
    contact(page, "Bob").get_by_role("button", name="Call Bob").click()
    is_called(page, "Bob")

    contact(page, "Carol").click(button="right")
    page.get_by_role("menuitem", name="Call").click()
    is_called(page, "Carol")

    contact(page, "Bob").get_by_role("button").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Bob")).to_contain_text("bob@practice")
    page.keyboard.press("Escape")
    expect(contact(page, "Bob").get_by_role("button").first).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    is_called(page, "Bob")
    entry = page.get_by_test_id("journal-entry").first
    expect(entry).to_contain_text("Bob")
    expect(entry).to_contain_text("102")


def test_a_star_is_on_every_screen_and_outlives_a_reload(page: Page, alice: Face):
    other = page.context.new_page()
    other.goto(page.url)
    contact(page, "Bob").get_by_role("button", name="Add Bob to favourites").click()
    page.get_by_test_id("contact-filter").click()
    page.get_by_role("menuitemradio", name="Favourites").click()
    expect(page.get_by_test_id("contact")).to_have_count(1)
    expect(other.get_by_role("button", name="Remove Bob from favourites")).to_be_attached()

    page.get_by_role("button", name="Narrow rows").click()
    page.reload()
    expect(page.get_by_test_id("contact")).to_have_text("Bob")  # narrow: neither image nor number
    other.get_by_role("button", name="Remove Bob from favourites").click()
    expect(page.get_by_test_id("contact")).to_have_count(0)
    expect(page.get_by_text("No favourites yet")).to_be_visible()
