"""How late a person hears themselves through the echo, and how soon again after a reload.

A sound goes into the microphone of a sound card, and what its loudspeaker plays is recorded with
it, outside of the programs: every buffer on the way counts, the browser's and the sound server's
too. Handset and the peer take turns on the same card and the same echo. The socket loop leaves the
page out: what it lacks of the whole is the browser's.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.bench.baresip import NAME as PEER
from tests.bench.baresip import Baresip, baresip
from tests.bench.figures import Figure, Report, percentile
from tests.bench.servers import page_of, practice_server_in, signed_in_at, stack_in
from tests.bench.socket_loop import socket_loop_ms
from tests.bench.sound import PERIOD_S, Samples, echoes, gaps, onsets
from tests.bench.sound_card import RATE_HZ, SoundCard, sound_card
from tests.e2e.conftest import HANG_UP_EVERYTHING
from tests.peers.ear import eventually

ECHO_NUMBER, TONE_NUMBER = "600", "601"
ROUNDS = 3
ROUND_S = 20.0
RELOADS = 5
SETTLED_S = 4.0
"""After the answer: the beep of the echo is over, and the jitter buffers have settled."""
AWAY_S = 0.03
BACK_S = 0.3
"""A tone that was away for so long, and is back for so long: that was the reload."""


@dataclass
class Heard:
    """What one side has heard in all of its rounds."""

    period_s: float = PERIOD_S
    delays_ms: list[float] = field(default_factory=list)
    bursts: int = 0
    broken: int = 0
    """Bursts that were lost or had a gap."""
    duration_s: float = 0

    def add(self, microphone: Samples, loudspeaker: Samples) -> None:
        found = list(echoes(microphone, loudspeaker, RATE_HZ, period_s=self.period_s))
        sent = len(onsets(microphone, RATE_HZ, period_s=self.period_s))
        self.delays_ms += [(echo.heard_at - echo.sent_at) / RATE_HZ * 1000 for echo in found]
        self.bursts += sent
        self.broken += sent - sum(echo.gap_s == 0 for echo in found)
        self.duration_s += len(loudspeaker) / RATE_HZ

    def row(self, who: str) -> dict[str, object]:
        spread = {f"p{share}_ms": percentile(self.delays_ms, share) for share in (5, 50, 95)}
        return {"who": who, **spread, "bursts": self.bursts, "broken": self.broken}


def measure(directory: Path, minutes: float = 0) -> Report:
    """All figures; `minutes` makes the last call of each side so long, to count what is rare."""
    report = Report("audio_loop")
    rounds_s = [ROUND_S] * (ROUNDS - 1) + [minutes * 60 or ROUND_S]
    ours, theirs = Heard(), Heard()
    underruns = 0
    with ExitStack() as stack:
        card = stack.enter_context(sound_card(directory / "sound", sum(rounds_s) * 2 + 300))
        server = stack.enter_context(practice_server_in(directory))
        alices_stack = stack.enter_context(stack_in(directory, server, server.sip_port))
        alice = stack.enter_context(signed_in_at(alices_stack))
        bob = stack.enter_context(baresip(directory, "bob", server.sip_port, card.socket))
        through_socket = socket_loop_ms(alice, ROUND_S)
        page = stack.enter_context(page_of(alices_stack, directory, card.socket))
        for round_s in rounds_s:
            with _peers_call(bob, card):
                theirs.add(*card.records(round_s))
            with call_of(page, card, ECHO_NUMBER):
                before = _underruns(page)
                ours.add(*card.records(round_s))
                underruns += _underruns(page) - before
        with call_of(page, card, TONE_NUMBER):
            reattached_s = [_reload(page, card) for _ in range(RELOADS)]
        alone = Heard()
        with _browser_alone(page):
            card.records(SETTLED_S)
            alone.add(*card.records(ROUND_S))
    loop_ms, peer_loop_ms = (percentile(heard.delays_ms, 50) for heard in (ours, theirs))
    runs = len(ours.delays_ms)
    report.add(Figure("loop_p50_ms", loop_ms, "ms", runs, PEER, peer_loop_ms))
    report.add(Figure("added_over_peer_p50_ms", round(loop_ms - peer_loop_ms, 1), "ms", runs))
    socket_ms = percentile(through_socket, 50)
    report.add(Figure("socket_loop_p50_ms", socket_ms, "ms", len(through_socket)))
    alone_ms = percentile(alone.delays_ms, 50)
    report.add(Figure("browser_alone_p50_ms", alone_ms, "ms", len(alone.delays_ms)))
    report.add(Figure("underruns", underruns, f"in {ours.duration_s:.0f} s", len(rounds_s)))
    broken = Figure(
        "broken_bursts", ours.broken, f"of {ours.bursts}", ours.bursts, PEER, theirs.broken
    )
    report.add(broken)
    report.add(Figure("reattach_s", max(reattached_s), "s", len(reattached_s)))
    rows = (("handset", ours), (PEER, theirs), ("browser alone", alone))
    report.details["loop"] = [heard.row(who) for who, heard in rows]
    return report


@contextmanager
def _peers_call(bob: Baresip, card: SoundCard) -> Iterator[None]:
    bob.command("dial", ECHO_NUMBER)
    bob.waits_for("CALL_ESTABLISHED")
    card.records(SETTLED_S)
    yield
    bob.command("hangup")
    bob.waits_for("CALL_CLOSED")


@contextmanager
def call_of(page: Page, card: SoundCard, number: str = ECHO_NUMBER) -> Iterator[None]:
    """A call that has settled."""
    page.get_by_test_id("dial-input").fill(number)
    page.get_by_test_id("dial-button").click()
    confirmed = page.locator('[data-testid="call-card"][data-state="confirmed"]')
    expect(confirmed).to_be_visible()
    card.records(SETTLED_S)
    yield
    page.evaluate(HANG_UP_EVERYTHING)
    expect(confirmed).to_have_count(0)


@contextmanager
def _browser_alone(page: Page) -> Iterator[None]:
    """The browser's microphone on its loudspeaker, as Handset opens them, with nothing between."""
    page.evaluate(CONNECT_BROWSER_ALONE)
    yield
    page.evaluate("() => window.browserAlone.close()")


CONNECT_BROWSER_ALONE = """async () => {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
  const stream = await navigator.mediaDevices.getUserMedia({ audio })
  const context = new AudioContext({ sampleRate: 16000, latencyHint: 'balanced' })
  context.createMediaStreamSource(stream).connect(context.destination)
  await context.resume()
  window.browserAlone = context
}"""


def _underruns(page: Page) -> int:
    """Of the page's buffer in this call."""
    return int(page.evaluate("async () => (await window.handsetAudio.statistics()).underruns"))


def _reload(page: Page, card: SoundCard) -> float:
    """Seconds from a reload until the tone is heard again."""
    reloaded = card.now
    page.reload(wait_until="commit")
    again_s = eventually(
        lambda: _heard_again_after_s(card, reloaded), within_s=15, what="the tone after a reload"
    )
    card.records(SETTLED_S)
    return float(round(again_s, 2))


def _heard_again_after_s(card: SoundCard, reloaded: int) -> float | None:
    """None while the tone has not been away, or is not back yet."""
    _microphone, loudspeaker = card.between(reloaded - int(SETTLED_S * RATE_HZ), card.now)
    back_s = [
        gap.end_s
        for gap in gaps(loudspeaker, RATE_HZ)
        if gap.duration_s >= AWAY_S and gap.end_s > SETTLED_S
    ]
    if not back_s or back_s[-1] > len(loudspeaker) / RATE_HZ - BACK_S:
        return None
    return back_s[-1] - SETTLED_S
