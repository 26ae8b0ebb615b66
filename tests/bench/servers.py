"""What every bench runs on: servers of its own, alice's stack, and her page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from deploy.practice import server as practice_server
from deploy.practice.server import PracticeServer
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.e2e.conftest import Chromium, sign_in
from tests.peers.face import Face


@contextmanager
def practice_server_in(directory: Path) -> Iterator[PracticeServer]:
    """Asterisk, Prosody and the robots."""
    server = PracticeServer.create(directory / "practice")
    with running_all(practice_server.programs(server), server.directory / "log"):
        yield server


@contextmanager
def stack_in(
    directory: Path, server: PracticeServer, sip_port: int, *, name: str = "alice"
) -> Iterator[Stack]:
    """Somebody's stack; it reaches the server by UDP, as the peer does, at this port."""
    profile = server.profile("udp").replace(f"port = {server.sip_port}", f"port = {sip_port}")
    write(server.instances / "practice.toml", profile)
    stack = Stack.create(directory / name, (server.instances,), name=name)
    with running_all(stack_programs(stack), stack.directory / "log"):
        yield stack


@contextmanager
def signed_in_at(stack: Stack) -> Iterator[Face]:
    """Whose stack it is, signed in; the calls are ended at the end."""
    with Face(stack.address) as face:
        response = face.sign_in(f"{stack.name}@practice")
        if response.status_code != 200:
            raise RuntimeError(f"sign-in: {response.text}")
        yield face
        face.hang_up_everything()


@contextmanager
def page_of(stack: Stack, directory: Path, sound_socket: Path, *arguments: str) -> Iterator[Page]:
    """Her page in a browser that has the sound card's devices."""
    with sync_playwright() as playwright:
        chromium = Chromium(playwright, directory, directory / "unused", sound_socket)
        page = chromium.start(real_devices=True, arguments=arguments).pages[0]
        sign_in(page, stack)
        expect(page.get_by_test_id("dial-input")).to_be_visible()
        yield page
        chromium.close()
