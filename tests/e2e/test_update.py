"""An update of the stack while a page is open."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from deploy.practice.server import PracticeServer
from deploy.program import REPOSITORY, Program
from deploy.stack import Stack, gateway
from deploy.stack import programs as stack_programs
from deploy.testing import running, running_all
from tests.e2e.conftest import TONE_HZ, Chromium, card, dial, sign_in
from tests.peers.ear import Ear

NEEDED_IN_A_CALL = ("capture.worklet-*.js", "playback.worklet-*.js", "socket.worker-*.js")


class Release:
    """A stack that serves pages of its own, which can be replaced by those of another build."""

    def __init__(self, stack: Stack, pages: Path) -> None:
        self.stack = stack
        self._pages = pages
        self._index = (pages / "index.html").read_text()

    def gateway(self) -> Program:
        program = gateway(self.stack)
        own = {"HANDSET_GATEWAY_WEB_DIRECTORY": str(self._pages)}
        return replace(program, environment={**program.environment, **own})

    def replace_pages(self) -> None:
        """Another build; of the old one nothing is left that a call needs."""
        text, changed = re.subn(r'(name="build" content=")\w+', r"\g<1>0feed", self._index)
        assert changed == 1
        (self._pages / "index.html").write_text(text)
        for pattern in NEEDED_IN_A_CALL:
            for asset in (self._pages / "assets").glob(pattern):
                asset.unlink()


@pytest.fixture
def release(practice: PracticeServer, tmp_path: Path) -> Iterator[Release]:
    stack = Stack.create(tmp_path / "stack", (practice.instances,), name="release")
    pages = tmp_path / "pages"
    shutil.copytree(REPOSITORY / "web" / "dist", pages)
    others = [each for each in stack_programs(stack) if each.name != "gateway"]
    with ExitStack() as started:
        started.enter_context(running_all(others, stack.directory / "log"))
        yield Release(stack, pages)


def test_a_page_from_before_an_update_takes_a_call_and_asks_to_be_reloaded_afterwards(
    chromium: Chromium, release: Release, ear: Ear
):
    log = release.stack.directory / "log"
    page = chromium.start().pages[0]
    notice = page.get_by_test_id("update-bar")
    with running(release.gateway(), log):
        sign_in(page, release.stack)
        expect(page.get_by_test_id("dial-input")).to_be_visible()
        expect(notice).to_have_count(0)

    release.replace_pages()
    with running(release.gateway(), log):
        expect(notice).to_be_visible(timeout=12_000)

        dial(page, "600")
        expect(card(page, state="confirmed")).to_be_visible()
        expect(notice).to_have_count(0)
        ear.hears(TONE_HZ, within_s=10)

        page.get_by_test_id("hang-up").click()
        notice.get_by_role("button", name="Reload").click()
        expect(notice).to_have_count(0)
        expect(page.get_by_test_id("dial-input")).to_be_visible()
