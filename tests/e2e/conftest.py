"""A real browser, with autoplay as strict as a person's; a tone is its microphone."""

import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import (
    BrowserContext,
    Locator,
    Page,
    Playwright,
    expect,
    sync_playwright,
)

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.peers.ear import Ear
from tests.peers.sound_card import SoundCard, sound_card

TONE_HZ = 700
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=document-user-activation-required",
]

expect.set_options(timeout=8_000)


@pytest.fixture(scope="session")
def microphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tone(tmp_path_factory.mktemp("microphone") / "tone.wav", TONE_HZ)


def tone(path: Path, frequency_hz: float) -> Path:
    """Ten seconds of a tone, which Chromium repeats."""
    t = np.arange(48_000 * 10) / 48_000
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 48_000, 0, "NONE", ""))
        file.writeframes((12_000 * np.sin(2 * np.pi * frequency_hz * t)).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundCard]:
    with sound_card(tmp_path_factory.mktemp("sound")) as card:
        yield card


@pytest.fixture
def ear(sound: SoundCard) -> Ear:
    """Hears what a person at the browser hears."""
    return sound.ear


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


class Chromium:
    """Starts browsers, each with a profile of its own."""

    def __init__(self, playwright: Playwright, directory: Path, microphone: Path, sound: Path):
        self._playwright = playwright
        self._directory = directory
        self._microphone = microphone
        self._sound = sound
        self._started: list[BrowserContext] = []

    def start(
        self,
        *,
        locale: str = "en-GB",
        microphone: bool = True,
        real_devices: bool = False,
        bypass_csp: bool = False,
        arguments: Sequence[str] = (),
    ) -> BrowserContext:
        fake = f"--use-file-for-fake-audio-capture={self._microphone}"
        devices = [] if real_devices else ["--use-fake-device-for-media-stream", fake]
        context = self._playwright.chromium.launch_persistent_context(
            self._directory / f"profile-{len(self._started)}",
            executable_path=CHROMIUM,
            headless=True,
            args=[*ARGUMENTS, *devices, *arguments],
            ignore_default_args=["--mute-audio"],
            env={"PULSE_SERVER": f"unix:{self._sound}", "HOME": str(self._directory)},
            viewport={"width": 1440, "height": 900},
            locale=locale,
            bypass_csp=bypass_csp,
            permissions=["microphone"] if microphone else [],
        )
        self._started.append(context)
        return context

    def close(self) -> None:
        for context in self._started:
            context.close()


@pytest.fixture
def chromium(
    playwright: Playwright, tmp_path: Path, microphone: Path, sound: SoundCard
) -> Iterator[Chromium]:
    chromium = Chromium(playwright, tmp_path, microphone, sound.socket)
    yield chromium
    chromium.close()


def sign_in(page: Page, stack: Stack, user: str = "alice") -> None:
    """As a person does it: nothing is clicked but the form."""
    page.goto(stack.address)
    form = page.get_by_test_id("sign-in-form")
    form.get_by_label("User").fill(f"{user}@practice")
    form.get_by_label("Password").fill(f"{user}-practice")
    form.get_by_label("Server").fill("practice")
    form.get_by_role("button", name="Sign in").click()


@pytest.fixture(scope="session")
def bob_stack(practice: PracticeServer, servers_directory: Path) -> Iterator[Stack]:
    """Beside alice's. While bob is signed in here his robot is silent: sign him out again."""
    stack = Stack.create(servers_directory / "bob", (practice.instances,), name="bob")
    with running_all(stack_programs(stack), stack.directory / "log"):
        yield stack


@pytest.fixture
def page(chromium: Chromium, alice_stack: Stack) -> Iterator[Page]:
    """Alice's page, signed in; errors in its console fail the test."""
    page = chromium.start().pages[0]
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console", lambda line: errors.append(line.text) if "Content Security" in line.text else 0
    )
    sign_in(page, alice_stack)
    expect(page.get_by_test_id("dial-input")).to_be_visible()
    yield page
    page.evaluate(HANG_UP_EVERYTHING)
    assert errors == []


def dial(page: Page, number: str) -> None:
    page.get_by_test_id("dial-input").fill(number)
    page.get_by_test_id("dial-button").click()


def card(page: Page, **attributes: str) -> Locator:
    selector = "".join(f'[data-{name}="{value}"]' for name, value in attributes.items())
    return page.locator(f'[data-testid="call-card"]{selector}').first


def frames_heard(page: Page) -> int:
    """How much the page has played of any call."""
    found = page.evaluate(
        "async () => (await window.handsetAudio.statistics())?.pulledSamples ?? 0"
    )
    return int(found)


HANG_UP_EVERYTHING = """async () => {
  const calls = async () => (await (await fetch('/api/v1/calls')).json()).items ?? []
  for (const call of await calls())
    await fetch(`/api/v1/calls/${call.call_id}/hang-up`, {method: 'POST'})
}"""
