"""Alice and bob write to each other, each with a stack and a browser of their own."""

from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import Page, expect

from deploy.stack import Stack
from tests.e2e.chatter import Chatter
from tests.e2e.conftest import Chromium, sign_in
from tests.peers.face import Face

MESSAGES = 80
"""More than the page asks for at once."""

numbers = count(1)


@pytest.fixture
def alice(page: Page) -> Chatter:
    return Chatter(page)


@pytest.fixture(scope="module")
def bob_at_home(bob_stack: Stack) -> Iterator[Face]:
    """So that his robot is silent."""
    with Face(bob_stack.address) as face:
        assert face.sign_in("bob@practice").status_code == 200
        yield face
        face.request("DELETE", "/api/v1/session")


@pytest.fixture
def bob(chromium: Chromium, bob_stack: Stack, bob_at_home: Face) -> Chatter:
    page = chromium.start().pages[0]
    sign_in(page, bob_stack, user="bob")
    expect(page.get_by_test_id("dial-input")).to_be_visible()
    return Chatter(page)


@pytest.fixture
def text() -> str:
    """Never written before: conversations outlive a test."""
    return f"sentence no. {next(numbers)}."


def read_all(face: Face) -> None:
    """Whatever alice has written, and called."""
    face.looks_at_the_journal()
    conversation = "/api/v1/conversations/alice@practice"
    for message in face.request("GET", f"{conversation}/messages?limit=1").json()["items"]:
        read = face.request("POST", f"{conversation}/read", {"message_id": message["message_id"]})
        assert read.status_code == 200, read.text


def test_they_write_read_answer_and_correct(
    alice: Chatter, bob: Chatter, bob_at_home: Face, text: str
):
    read_all(bob_at_home)
    expect(bob.page).to_have_title("Handset")
    alice.opens("Bob")
    alice.writes(text)

    alice.sees(text, delivery="delivered")
    expect(bob.page.get_by_test_id("unread-total")).to_have_text("1")
    expect(bob.page).to_have_title("(1) Handset")
    bob.opens("Alice")
    bob.sees(text)
    expect(bob.page.get_by_test_id("row-new")).to_be_visible()
    expect(bob.page.get_by_test_id("unread-total")).to_have_count(0)
    alice.sees(text, delivery="displayed")

    bob.chooses("Reply", text)
    bob.page.keyboard.type("see https://example.com/x?a=1")
    expect(alice.page.get_by_test_id("composing")).to_be_visible()
    bob.page.keyboard.press("Enter")
    answer = alice.sees("see https")
    expect(answer.get_by_test_id("quoted")).to_contain_text(text)
    expect(answer.get_by_role("link")).to_have_attribute("href", "https://example.com/x?a=1")
    expect(alice.page.get_by_test_id("composing")).to_have_count(0)

    alice.chooses("React", "see https")
    alice.page.keyboard.type("party popper")
    alice.page.keyboard.press("Enter")
    expect(bob.message("see https").get_by_test_id("reaction")).to_contain_text("🎉")

    alice.composer.focus()
    alice.page.keyboard.press("ArrowUp")
    expect(alice.composer).to_have_value(text)
    alice.writes(" Or two.")
    expect(bob.sees(f"{text} Or two.")).to_contain_text("edited")


def test_drafts_and_what_is_open_outlive_a_reload(alice: Chatter, bob_at_home: Face, text: str):
    alice.opens("Bob")
    alice.writes(text)
    alice.page.keyboard.type("not yet")
    alice.opens("Carol")
    expect(
        alice.page.get_by_test_id("conversation").filter(has_text="Draft: not yet")
    ).to_be_visible()

    alice.page.reload()

    expect(alice.page.get_by_test_id("chat-tab")).to_have_text(["Bob", "Carol"])
    alice.page.get_by_test_id("chat-tab").filter(has_text="Bob").get_by_role("button").first.click()
    expect(alice.composer).to_have_value("not yet")
    alice.sees(text)
    alice.page.get_by_test_id("hide-list").click()
    expect(alice.page.get_by_test_id("conversation-pane")).to_have_count(2)


def test_what_is_written_without_a_network_is_sent_once_and_in_order(
    alice: Chatter, bob_at_home: Face, text: str
):
    alice.opens("Bob")
    alice.page.context.set_offline(True)
    for part in ("a", "b", "c"):
        alice.writes(f"{part} {text}")
    alice.sees(f"c {text}", delivery="pending")
    alice.page.context.set_offline(False)

    alice.sees(f"c {text}", delivery="delivered")
    received = bob_at_home.request("GET", "/api/v1/conversations/alice@practice/messages")
    bodies = [message["body"] for message in received.json()["items"]]
    assert bodies[-3:] == [f"{part} {text}" for part in ("a", "b", "c")]


def test_a_conversation_opens_where_the_new_ones_begin_and_older_ones_come_while_scrolling(
    alice: Chatter, bob: Chatter, bob_at_home: Face, alice_stack: Stack, text: str
):
    read_all(bob_at_home)
    with Face(alice_stack.address) as face:
        assert face.sign_in().status_code == 200
        for number in range(MESSAGES):
            body = {"body": f"{text} {number}"}
            sent = face.request("POST", "/api/v1/conversations/bob@practice/messages", body)
            assert sent.status_code == 201, sent.text
    alice.opens("Bob")
    alice.sees(f"{text} {MESSAGES - 1}", delivery="delivered")

    bob.opens("Alice")
    expect(bob.page.get_by_test_id("row-new")).to_be_in_viewport()
    expect(bob.message(f"{text} 0")).to_be_in_viewport()

    moved = alice.page.get_by_test_id("messages").evaluate(SCROLL_UP)

    assert moved == 0
    alice.sees(f"{text} 0")
    alice.page.get_by_test_id("to-end").click()
    newest = alice.message(f"{text} {MESSAGES - 1}")
    expect(newest).to_be_in_viewport()

    for width in (400, 1440):
        alice.page.set_viewport_size({"width": width, "height": 800})
        expect(newest).to_be_in_viewport()
        expect(alice.page.get_by_test_id("to-end")).to_have_count(0)


SCROLL_UP = """async (list) => {
  const frame = () => new Promise(requestAnimationFrame)
  const rows = () => [...list.querySelectorAll('[data-message-id]')]
  const topOf = (row) => row.getBoundingClientRect().top
  let moved = 0
  for (let tries = 0; tries < 400; tries += 1) {
    if (rows().some((row) => row.innerText.includes(' 0\\n'))) break
    list.scrollTop -= 150
    await frame()
    const seen = rows().find((row) => topOf(row) > topOf(list))
    const before = topOf(seen)
    await frame()
    await frame()
    if (seen.isConnected) moved = Math.max(moved, Math.abs(topOf(seen) - before))
  }
  return Math.round(moved)
}"""
