"""How long it is silent when microphone or loudspeaker are changed in a call.

Two microphones, each with a tone of its own, and two loudspeakers in one room, where what is heard
is recorded; the practice server's echo (600) returns what is said.
"""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, expect

from tests.bench.figures import Figure, Report, percentile
from tests.bench.servers import page_of, practice_server_in, stack_in
from tests.bench.sound import Samples, gaps
from tests.e2e.conftest import HANG_UP_EVERYTHING, card, dial
from tests.peers.sound_card import RATE_HZ, SoundCard, sound_card

ECHO_NUMBER = "600"
CHANGES = 10
TONES_HZ = {"Headset": 700, "Table": 1100}
CHOICES = {"Microphone": tuple(TONES_HZ), "Speaker": ("Monitor", "System default")}
SETTLED_S = 2.0
"""After a change is heard."""


def measure(directory: Path) -> Report:
    """How long each change of either kind is heard."""
    report = Report("devices")
    with ExitStack() as stack:
        (directory / "sound").mkdir()
        sound = stack.enter_context(sound_card(directory / "sound"))
        for name, tone_hz in TONES_HZ.items():
            stack.enter_context(sound.whistle(name, tone_hz))
        stack.enter_context(sound.loudspeaker("Monitor"))
        server = stack.enter_context(practice_server_in(directory))
        alices_stack = stack.enter_context(stack_in(directory, server, server.sip_port))
        page = stack.enter_context(page_of(alices_stack, directory, sound.socket))
        dial(page, ECHO_NUMBER)
        menu = _open_menu(page)
        for kind, devices in CHOICES.items():
            choice = menu.get_by_label(kind, exact=True)
            choice.select_option(label=devices[0])
            usual_ms = [_silence_ms(sound) for _ in range(CHANGES)]
            silences_ms = [
                _silence_ms(sound, partial(choice.select_option, label=devices[number % 2]))
                for number in range(1, 1 + CHANGES)
            ]
            _tell(report, kind.lower(), silences_ms, usual_ms)
        page.evaluate(HANG_UP_EVERYTHING)
    return report


def _open_menu(page: Page) -> Locator:
    """A steady tone would be taken for noise, or for an echo."""
    expect(card(page, state="confirmed")).to_be_visible()
    card(page, appearance="active").get_by_test_id("audio-menu").click()
    menu = page.get_by_role("dialog", name="Microphone and speaker")
    for name in ("Suppress noise", "Cancel echo"):
        menu.get_by_role("switch", name=name).click()
    return menu


def _silence_ms(sound: SoundCard, change: Callable[[], object] = lambda: None) -> float:
    """The longest one around a change."""
    with _recorded(sound) as heard:
        threading.Event().wait(SETTLED_S / 2)
        change()
        threading.Event().wait(SETTLED_S)
    found = gaps(heard[0], RATE_HZ)
    return round(max((gap.duration_s for gap in found), default=0.0) * 1000, 1)


def _tell(report: Report, kind: str, silences_ms: list[float], usual_ms: list[float]) -> None:
    """The peer is the same page, left alone: a busy machine breaks sound, too."""
    for name, value, usual in (
        (f"{kind}_change_p50_ms", percentile(silences_ms, 50), percentile(usual_ms, 50)),
        (f"{kind}_change_longest_ms", max(silences_ms), max(usual_ms)),
    ):
        report.add(Figure(name, value, "ms", CHANGES, "unchanged", usual))
    report.details[kind] = [{"changed_ms": silences_ms, "unchanged_ms": usual_ms}]


@contextmanager
def _recorded(sound: SoundCard) -> Iterator[list[Samples]]:
    """What is heard in the room meanwhile."""
    heard: list[Samples] = []
    argv = ["parec", f"--server=unix:{sound.socket}", "--device=loudspeaker.monitor",
            f"--rate={RATE_HZ}", "--channels=1", "--format=s16le", "--latency-msec=20"]  # fmt: skip
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as recorder:
        recorded: list[bytes] = []
        listening = threading.Thread(target=lambda: recorded.append(recorder.stdout.read()))
        listening.start()
        yield heard
        recorder.terminate()
        listening.join()
    samples = np.frombuffer(recorded[0][: len(recorded[0]) // 2 * 2], "<i2")
    heard.append(samples.astype(np.float64))
