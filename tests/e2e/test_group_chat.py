"""Alice and bob in group chats, each with a stack and a browser of their own."""

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Locator, Page, expect

from deploy.stack import Stack
from tests.e2e.chatter import Chatter
from tests.e2e.conftest import Chromium, sign_in
from tests.peers.face import Face

numbers = count(1)


@pytest.fixture
def alice(page: Page) -> Chatter:
    return Chatter(page)


@pytest.fixture
def bob(chromium: Chromium, bob_stack: Stack) -> Iterator[Chatter]:
    page = chromium.start().pages[0]
    sign_in(page, bob_stack, user="bob")
    expect(page.get_by_test_id("dial-input")).to_be_visible()
    page.get_by_role("link", name="Chat").click()
    yield Chatter(page)
    with Face(bob_stack.address) as face:
        face.sign_in("bob@practice")
        face.request("DELETE", "/api/v1/session")


@pytest.fixture
def name() -> str:
    """Of a group that never was: they outlive a test."""
    return f"Group no. {next(numbers)}."


def begins(chatter: Chatter, name: str, member: str) -> None:
    chatter.page.get_by_role("link", name="Chat").click()
    chatter.page.get_by_test_id("new-room").click()
    chatter.page.keyboard.type(name)
    chooses(chatter, member)
    chatter.page.get_by_role("button", name="Create").click()
    expect(chatter.page.get_by_role("heading", name=name)).to_be_visible()
    expect(chatter.composer).to_be_focused()


def chooses(chatter: Chatter, member: str) -> None:
    chatter.page.get_by_test_id("member-filter").fill(member)
    chatter.page.get_by_test_id("candidate").filter(has_text=member).click()


def conversation(chatter: Chatter, name: str) -> Locator:
    return chatter.page.get_by_test_id("conversation").filter(has_text=name)


def card(chatter: Chatter) -> Locator:
    """Who is in the group, and what can be done."""
    chatter.page.get_by_test_id("room-members").click()
    return chatter.page.get_by_test_id("room-card")


def changes(chatter: Chatter, field: str, text: str) -> None:
    chatter.page.get_by_role("dialog").get_by_label(field).fill(text)
    chatter.page.keyboard.press("Enter")


def test_a_group_talks_is_renamed_and_left(alice: Chatter, bob: Chatter, name: str):
    begins(alice, name, "Bob")
    alice.writes("Hello all")
    expect(conversation(bob, name)).to_contain_text("Alice: Hello all")
    conversation(bob, name).click()
    expect(bob.sees("Hello all").get_by_test_id("sender")).to_have_text("Alice")

    bob.page.keyboard.type("Hello Alice")
    expect(alice.page.get_by_test_id("composing")).to_have_text("Bob is typing…")
    bob.page.keyboard.press("Enter")
    expect(alice.sees("Hello Alice").get_by_test_id("sender")).to_have_text("Bob")
    bob.sees("Hello Alice", delivery="sent")

    card(alice).get_by_role("button", name="Name and topic").click()
    changes(alice, "Name", f"{name} again")
    expect(bob.page.get_by_role("heading", name=f"{name} again")).to_be_visible()
    expect(card(bob).get_by_test_id("room-member")).to_have_text(["AAliceOwner", "BYou"])
    bob.page.get_by_role("button", name="Change the topic").click()
    changes(bob, "Topic", "where to eat")
    expect(alice.page.get_by_text("where to eat")).to_be_visible()

    card(bob).get_by_role("button", name="Leave").click()
    bob.page.get_by_role("alertdialog").get_by_role("button", name="Leave").click()
    expect(bob.page.get_by_test_id("room-end")).to_contain_text("You have left this group chat.")
    expect(bob.composer).to_have_count(0)
    expect(alice.page.get_by_test_id("room-members")).to_have_text("1")


def test_who_is_added_later_sees_what_is_written_since_then(
    alice: Chatter, bob: Chatter, name: str
):
    begins(alice, name, "Carol")
    alice.writes("a secret")
    alice.sees("a secret", delivery="sent")
    card(alice).get_by_role("button", name="Add people").click()
    chooses(alice, "Bob")
    alice.page.get_by_role("dialog").get_by_role("button", name="Add people").click()
    expect(conversation(bob, name)).to_be_visible()
    alice.composer.focus()
    alice.writes("welcome")

    conversation(bob, name).click()
    bob.sees("welcome")
    expect(bob.page.get_by_test_id("row-begin")).to_contain_text("You have been in")
    expect(bob.message("a secret")).to_have_count(0)
