"""The sign-in page: what a person is told when it does not work, and what is remembered."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.practice.server import PracticeServer, prosody
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import free_port, running, running_all
from tests.e2e.conftest import Chromium, sign_in
from tests.peers.face import Face


@pytest.fixture(scope="module")
def empty_stack(practice: PracticeServer, servers_directory: Path) -> Iterator[Stack]:
    """A stack that nobody has signed in to, and a server whose port is closed."""
    instances = servers_directory / "empty-instances"
    instances.mkdir()
    closed = f'name = "x"\ndomain = "x"\n[sip]\nhost = "127.0.0.1"\nport = {free_port()}\n'
    write(instances / "closed.toml", closed)
    stack = Stack.create(servers_directory / "empty", (practice.instances, instances), name="empty")
    with ExitStack() as programs:
        programs.enter_context(running_all(stack_programs(stack), stack.directory / "log"))
        yield stack


@pytest.fixture
def other_chat(practice: PracticeServer, tmp_path: Path) -> Iterator[str]:
    """The practice server's telephones, and a chat server with another password."""
    server = PracticeServer.create(tmp_path)
    program = prosody(server)
    write(tmp_path / "prosody/data/practice/accounts/alice.dat", 'return { password = "of-chat" };')
    authorities = practice.authority.read_text() + server.authority.read_text()
    text = practice.profile().replace(practice.authority.read_text(), authorities)
    text = text.replace(f"port = {practice.xmpp_port}\n", f"port = {server.xmpp_port}\n")
    write(practice.instances / "other.toml", text)
    with running(program, server.directory / "log"):
        yield "other"


@pytest.mark.parametrize(
    ("locale", "server", "label", "sentence"),
    [
        ("en-GB", "practice", "Sign in", "password"),
        ("de-DE", "practice", "Anmelden", "Passwort"),
        ("en-GB", "closed", "Sign in", "accepts no telephony connection"),
        ("de-DE", "nobody.invalid", "Anmelden", "Server"),
    ],
)
def test_what_went_wrong_is_said_in_the_users_language(
    chromium: Chromium, empty_stack: Stack, locale, server, label, sentence
):
    page = chromium.start(locale=locale).pages[0]
    page.goto(empty_stack.address)
    form = page.get_by_test_id("sign-in-form")
    form.locator("#user").fill("alice@practice")
    form.locator("#password").fill("wrong")
    form.locator("#server").fill(server)
    form.get_by_role("button", name=label, exact=True).click()
    expect(form.get_by_role("alert").first).to_contain_text(sentence, timeout=12_000)


def test_the_side_that_refuses_asks_for_its_own_credentials(
    chromium: Chromium, alice_stack: Stack, other_chat: str
):
    with Face(alice_stack.address) as program:
        program.sign_in()
        program.request("DELETE", "/api/v1/session")
    page = chromium.start(locale="en-GB").pages[0]
    page.goto(alice_stack.address)
    form = page.get_by_test_id("sign-in-form")
    form.locator("#user").fill("alice@practice")
    form.locator("#password").fill("alice-practice")
    form.locator("#server").fill(other_chat)
    form.get_by_role("button", name="Sign in", exact=True).click()

    side = form.get_by_test_id("sign-in-side")
    expect(side.get_by_role("alert")).to_contain_text("chat server refuses")
    expect(side.get_by_role("textbox", name="User name for chat")).to_have_value("alice@practice")
    side.get_by_label("Password for chat").fill("of-chat")
    side.get_by_label("Password for chat").press("Enter")
    for sign in ("phone", "chat"):
        connection = page.get_by_test_id(f"connection-{sign}").first
        expect(connection).to_have_attribute("data-state", "up")
    sign_out(page)


def test_a_reload_stays_signed_in_and_sign_out_ends_it(chromium: Chromium, alice_stack: Stack):
    page = chromium.start().pages[0]
    sign_in(page, alice_stack)
    for side in ("phone", "chat"):
        sign = page.get_by_test_id(f"connection-{side}").first
        expect(sign).to_have_attribute("data-state", "up")
    page.reload()
    expect(page.get_by_test_id("dial-input")).to_be_visible()
    sign_out(page)
    expect(page.get_by_test_id("sign-in-form")).to_be_visible()
    page.reload()
    expect(page.get_by_test_id("sign-in-form")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Profile").click()
    page.get_by_role("menuitem", name="Sign out").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Sign out").click()
