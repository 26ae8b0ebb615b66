"""The sign-in page: what a person is told when it does not work, and what is remembered."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from deploy.practice.server import PracticeServer
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import free_port, running_all
from tests.e2e.conftest import Chromium, sign_in


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


def test_a_reload_stays_signed_in_and_sign_out_ends_it(chromium: Chromium, alice_stack: Stack):
    page = chromium.start().pages[0]
    sign_in(page, alice_stack)
    expect(page.get_by_test_id("registration-state").first).to_have_attribute(
        "data-state", "active"
    )
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
