"""What a browser far away from its stack hears, and how late, beside WebRTC on the same road.

A sound goes into the microphone of a sound card, as in audio_loop. Ours goes to the stack by TCP
and to the echo of the practice server, which is beside it; the peer's goes by the same browser's
WebRTC to aiortc, which returns it. What the road adds is what is compared: the delay on the long
road less the median on a short one, of the same page, codec and echo.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psutil
from playwright.sync_api import Page

from deploy.practice.server import PracticeServer
from deploy.program import Program, port_answers, write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.bench.audio_loop import SETTLED_S, Heard, call_of
from tests.bench.calls import listener, worker
from tests.bench.figures import Figure, Report, percentile
from tests.bench.long_road import HERE, LongRoad, long_road
from tests.bench.servers import page_of, practice_server_in
from tests.bench.sound_card import SoundCard, sound_card
from tests.bench.webrtc import NAME as PEER
from tests.bench.webrtc import install as install_peer
from tests.bench.webrtc import webrtc_call

PERIOD_S = 1.0
"""Of the sounds: WebRTC may need most of it to bring one back."""
ROUND_TRIP_MS, LOSS_PERCENT = 40, 1
SHORT_S, ROUND_S, ROUNDS = 20.0, 45.0, 2
UNCOMPRESSED_S = 45.0
LEARNED_S = 10.0
"""On the long road, until the jitter buffers know it."""


class RemoteStack(Stack):
    """A stack that a browser reaches by the road."""

    @property
    def address(self) -> str:
        return f"http://{HERE}:{self.gateway_port}"


@dataclass
class OneRoad:
    """What one side has heard and what it took; the road is short at first, and long then."""

    short: Heard = field(default_factory=lambda: Heard(PERIOD_S))
    long: Heard = field(default_factory=lambda: Heard(PERIOD_S))
    carried_bytes: tuple[int, int] = (0, 0)

    def added_ms(self, share: float) -> float:
        """Percentile of what the long road adds."""
        usual_ms = percentile(self.short.delays_ms, 50)
        return round(percentile(self.long.delays_ms, share) - usual_ms, 1)

    def kbit_per_s(self) -> tuple[float, float]:
        """Of IP packets to the stack, and to the browser."""
        up, down = (round(each * 8 / 1000 / self.long.duration_s, 1) for each in self.carried_bytes)
        return up, down

    def row(self, who: str) -> dict[str, object]:
        up, down = self.kbit_per_s()
        added = {f"added_p{share}_ms": self.added_ms(share) for share in (50, 95, 99)}
        return self.long.row(who) | added | {"up_kbit_per_s": up, "down_kbit_per_s": down}


class Bench:
    """Page, card and road."""

    def __init__(self, page: Page, card: SoundCard, road: LongRoad) -> None:
        self._page, self._card, self._road = page, card, road

    def call(self) -> AbstractContextManager[None]:
        return call_of(self._page, self._card)

    @contextmanager
    def peers_call(self) -> Iterator[None]:
        with self._road.here.entered(), webrtc_call(self._page):
            self._card.records(SETTLED_S)
            yield

    def hear(self, heard: OneRoad, call: AbstractContextManager[None], duration_s: float) -> None:
        """A call that begins on a short road, which is long soon."""
        self._road.is_long(0, 0)
        with call:
            heard.short.add(*self._card.records(SHORT_S))
            self._road.is_long(ROUND_TRIP_MS, LOSS_PERCENT)
            self._card.records(LEARNED_S)
            before = self._road.carried_bytes()
            heard.long.add(*self._card.records(duration_s))
            after = self._road.carried_bytes()
            self._road.is_long(0, 0)
        up, down = (now - then for now, then in zip(after, before, strict=True))
        heard.carried_bytes = (heard.carried_bytes[0] + up, heard.carried_bytes[1] + down)

    def compress(self, kind: str) -> None:
        """From the next call on."""
        self._page.get_by_role("link", name="Settings").click()
        self._page.get_by_test_id("compression").get_by_role("radio", name=kind, exact=True).click()


def measure(directory: Path, minutes: float = 0) -> Report:
    """All figures; `minutes` is how long each side is heard on the long road."""
    report = Report("remote")
    install_peer()
    round_s = minutes * 60 / ROUNDS or ROUND_S
    ours, theirs, uncompressed = OneRoad(), OneRoad(), OneRoad()
    with ExitStack() as stack:
        road = stack.enter_context(long_road())
        card = stack.enter_context(_card(directory, round_s))
        with road.here.entered():
            server = stack.enter_context(practice_server_in(directory))
            alices_stack = stack.enter_context(_stack_in(directory, server))
            processes = listener(alices_stack.audio_port), worker(alices_stack.gateway_port)
        with road.there.entered():
            secure = f"--unsafely-treat-insecure-origin-as-secure={alices_stack.address}"
            browser = page_of(alices_stack, directory, card.socket, secure)
            page = stack.enter_context(browser)
        bench = Bench(page, card, road)
        cpu_percent = []
        for _ in range(ROUNDS):
            bench.hear(theirs, bench.peers_call(), round_s)
            _cpu_percent(processes)
            bench.hear(ours, bench.call(), round_s)
            cpu_percent.append(_cpu_percent(processes))
        bench.compress("Uncompressed")
        bench.hear(uncompressed, bench.call(), UNCOMPRESSED_S)
    _tell(report, ours, theirs, cpu_percent)
    sides = (("handset", ours), (PEER, theirs), ("handset, uncompressed", uncompressed))
    report.details["long road"] = [each.row(who) for who, each in sides]
    return report


def _card(directory: Path, round_s: float) -> AbstractContextManager[SoundCard]:
    duration_s = ROUNDS * 2 * (SHORT_S + LEARNED_S + round_s) + 300
    return sound_card(directory / "sound", duration_s, period_s=PERIOD_S)


def _tell(report: Report, ours: OneRoad, theirs: OneRoad, cpu_percent: list[list[float]]) -> None:
    runs = len(ours.long.delays_ms)
    for share in (50, 99):
        name, added_ms = f"added_p{share}_ms", ours.added_ms(share)
        report.add(Figure(name, added_ms, "ms", runs, PEER, theirs.added_ms(share)))
    for share in (50, 99):
        loop_ms, peers_ms = (percentile(each.long.delays_ms, share) for each in (ours, theirs))
        report.add(Figure(f"loop_p{share}_ms", loop_ms, "ms", runs, PEER, peers_ms))
    broken, peers_broken = (
        round(100 * each.long.broken / each.long.bursts, 1) for each in (ours, theirs)
    )
    report.add(Figure("broken_bursts_percent", broken, "%", runs, PEER, peers_broken))
    for way, rate, peers_rate in zip(
        ("up", "down"), ours.kbit_per_s(), theirs.kbit_per_s(), strict=True
    ):
        report.add(Figure(f"{way}_kbit_per_s", rate, "kbit/s", ROUNDS, PEER, peers_rate))
    for who, percents in zip(("engine", "gateway"), zip(*cpu_percent, strict=True), strict=True):
        report.add(Figure(f"{who}_cpu_percent", max(percents), "% of a core", ROUNDS))


@contextmanager
def _stack_in(directory: Path, server: PracticeServer) -> Iterator[RemoteStack]:
    write(server.instances / "practice.toml", server.profile("udp"))
    stack = RemoteStack.create(directory / "alice", (server.instances,), name="alice")
    *others, gateway = stack_programs(stack)
    with running_all((*others, _reached_by_road(gateway, stack)), stack.directory / "log"):
        yield stack


def _reached_by_road(gateway: Program, stack: RemoteStack) -> Program:
    host = {"HANDSET_GATEWAY_HOST": HERE}
    hello = f"GET /healthz HTTP/1.0\r\nHost: {HERE}\r\n\r\n".encode()
    return replace(
        gateway,
        environment={**gateway.environment, **host},
        is_ready=lambda: port_answers(stack.gateway_port, greeting=hello, host=HERE),
    )


def _cpu_percent(processes: tuple[psutil.Process, ...]) -> list[float]:
    """Since the last time it was asked for."""
    return [round(process.cpu_percent(), 2) for process in processes]
