"""The contact list: calling from it by mouse, menu and keys, and stars that the stack keeps."""

from playwright.sync_api import Locator, Page, expect

from tests.peers.face import Face


def contact(page: Page, name: str) -> Locator:
    return page.get_by_test_id("contact").filter(has_text=name)


def open_card(page: Page, name: str) -> None:
    contact(page, name).click(button="right")
    page.get_by_role("menuitem", name="Contact details").click()


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
    open_card(page, "Bob")
    expect(page.get_by_role("dialog", name="Bob")).to_contain_text("bob@practice")
    page.keyboard.press("Escape")
    expect(contact(page, "Bob").get_by_role("button").first).to_be_focused()
    open_card(page, "Bob")
    page.keyboard.press("Enter")
    is_called(page, "Bob")
    entry = page.get_by_test_id("journal-entry").first
    expect(entry).to_contain_text("Bob")
    expect(entry).to_contain_text("102")


def test_somebody_is_looked_for(page: Page, alice: Face):
    page.get_by_test_id("search-contacts").click()
    page.keyboard.type("ROL c")
    expect(page.get_by_test_id("contact")).to_have_count(1)
    page.keyboard.type("x")
    expect(page.get_by_text("Nobody found")).to_be_visible()
    page.keyboard.press("Backspace")
    page.keyboard.press("ArrowDown")
    expect(contact(page, "Carol").get_by_role("button").first).to_be_focused()
    page.get_by_test_id("contact-search").press("Escape")
    expect(page.get_by_test_id("contact")).to_have_count(2)
    expect(page.get_by_test_id("search-contacts")).to_be_focused()


def test_a_star_is_on_every_screen_and_outlives_a_reload(page: Page, alice: Face):
    other = page.context.new_page()
    other.goto(page.url)
    contact(page, "Bob").hover()
    page.get_by_role("button", name="Add Bob to favourites").click()
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


def test_a_name_that_is_typed_calls_the_suggestion(page: Page, alice: Face):
    field = page.get_by_test_id("dial-input")
    field.press_sequentially("o")  # Bob and Carol
    expect(page.get_by_role("option")).to_have_text(["BBob102", "CCarol103"])
    field.press("ArrowDown")
    field.press("Enter")
    is_called(page, "Carol")

    page.get_by_test_id("contact-filter").focus()  # and not the field
    page.keyboard.type("10")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    is_called(page, "Bob")


def test_a_link_of_another_page_fills_the_field_and_dials_nothing(page: Page, alice: Face):
    before = len(alice.journal(limit=200)["items"])
    page.goto(f"{page.url.rpartition('/')[0]}/dial?link=tel:%252B49-30-1234")
    field = page.get_by_test_id("dial-input")
    expect(field).to_have_value("+49-30-1234")
    page.reload()
    expect(field).to_be_visible()
    expect(field).to_have_value("")  # a link is taken once

    page.goto(f"{page.url.rpartition('/')[0]}/dial?link=tel:*21*0900123456%23")
    expect(page.get_by_text("This link contains a service code")).to_be_visible()
    expect(field).to_have_value("")
    assert len(alice.journal(limit=200)["items"]) == before
