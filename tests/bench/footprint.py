"""What a stack costs that nobody uses: memory and processor of each process, and its start.

The stack runs as `make up` runs it without containers, in a home of its own. A page is signed in.
"""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import expect, sync_playwright

from deploy.ports import free_port
from deploy.practice.server import PracticeServer
from deploy.program import REPOSITORY
from tests.bench.baresip import NAME as PEER
from tests.bench.baresip import baresip
from tests.bench.figures import Figure, Report, percentile
from tests.e2e.conftest import Chromium, sign_in

IDLE_S = 60.0
SETTLED_S = 10.0
"""After the sign-in, before anything is measured."""
WARM_RUNS = 3
UP_WITHIN_S = 1200
"""The first time; later it takes seconds."""
STACK = "bench"

Row = dict[str, Any]


def measure(directory: Path, *, first_up: bool = False) -> Report:
    """All figures; `first_up` also makes everything anew in an empty home, downloads included."""
    report = Report("footprint")
    home = Home(directory)
    with ExitStack() as stack:
        stack.enter_context(home.up())
        server = PracticeServer.create(home.practice)
        started_at = time.monotonic()
        bob = stack.enter_context(
            baresip(directory, "bob", server.sip_port, directory / "no-sound")
        )
        peer_up_s = round(time.monotonic() - started_at, 1)
        stack.enter_context(_signed_in_page(home, directory))
        time.sleep(SETTLED_S)
        ours, theirs = Processes(home.stack_pid()), Processes(bob.pid)
        time.sleep(IDLE_S)
        _report_idle(report, ours.rows(), theirs.rows())
    warm_s = [home.up_s() for _ in range(WARM_RUNS)]
    report.add(Figure("warm_up_s", percentile(warm_s, 50), "s", WARM_RUNS, PEER, peer_up_s))
    if first_up:
        report.add(Figure("first_up_s", _first_up_s(directory), "s", 1))
    return report


def _report_idle(report: Report, ours: list[Row], theirs: list[Row]) -> None:
    for name, unit, key in (
        ("idle_pss_mb", "MB", "pss_mb"),
        ("idle_cpu_percent", "% of a core", "cpu_percent"),
    ):
        value, peer_value = (round(sum(row[key] for row in rows), 2) for rows in (ours, theirs))
        report.add(Figure(name, value, unit, 1, PEER, peer_value))
    report.details["processes"] = [*ours, *theirs]
    for row in report.details["processes"]:
        print(f"  {row['process']:28} {row['pss_mb']:7.1f} MB {row['cpu_percent']:6.2f} %")


class Processes:
    """A process and all below it, from now on."""

    def __init__(self, pid: int) -> None:
        top = psutil.Process(pid)
        self._processes = [top, *top.children(recursive=True)]
        self._started_at = time.monotonic()
        self._cpu_s = [_cpu_s(process) for process in self._processes]

    def rows(self) -> list[Row]:
        """One for each: its memory now, and its share of a core since this object was made."""
        took_s = time.monotonic() - self._started_at
        return [
            {
                "process": _title(process),
                "pss_mb": round(process.memory_full_info().pss / 2**20, 1),
                "cpu_percent": round((_cpu_s(process) - before_s) / took_s * 100, 2),
            }
            for process, before_s in zip(self._processes, self._cpu_s, strict=True)
        ]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _title(process: psutil.Process) -> str:
    """The module that a Python process runs, with a service's name; else the program."""
    argv = process.cmdline()
    if "-m" not in argv[:2]:
        return process.name()
    module = argv[argv.index("-m") + 1]
    return f"{module} {process.name()}" if module == "bus.run" else module


class Home:
    """A HANDSET_HOME with a stack, which runs as `make up` runs it without containers."""

    def __init__(self, directory: Path, repository: Path = REPOSITORY, **environment: str) -> None:
        self._repository = repository
        self._directory = directory / f"home-{len(list(directory.iterdir()))}"
        port = free_port()
        self.address = f"http://localhost:{port}"
        self.practice = self._directory / "practice"
        self._environment = {
            **os.environ,
            "HANDSET_MODE": "local",
            "HANDSET_HOME": str(self._directory),
            "HANDSET_STACK": STACK,
            "HANDSET_PORT": str(port),
            **environment,
        }

    def up_s(self) -> float:
        """How long it takes to come up; it is down afterwards."""
        started_at = time.monotonic()
        with self.up():
            return round(time.monotonic() - started_at, 1)

    @contextmanager
    def up(self) -> Iterator[None]:
        try:
            self._make("up")
            yield
        finally:
            self._make("down")

    def stack_pid(self) -> int:
        """Of supervisord, below which everything of the stack runs."""
        return int((self._directory / STACK / "run" / "supervisord.pid").read_text())

    def _make(self, target: str) -> None:
        done = subprocess.run(
            ("make", "-s", target),
            cwd=self._repository,
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=UP_WITHIN_S,
        )
        if done.returncode != 0:
            raise RuntimeError(f"make {target}: {done.stdout}{done.stderr}")


def _first_up_s(directory: Path) -> float:
    """`make up` in a fresh clone, with an empty home: everything is fetched, built and started."""
    clone, user_home = directory / "clone", directory / "user"
    user_home.mkdir()
    subprocess.run(("git", "clone", "-q", str(REPOSITORY), str(clone)), check=True)
    return Home(directory, clone, HOME=str(user_home)).up_s()


@contextmanager
def _signed_in_page(home: Home, directory: Path) -> Iterator[None]:
    with sync_playwright() as playwright:
        chromium = Chromium(playwright, directory, directory / "unused", directory / "no-sound")
        page = chromium.start().pages[0]
        sign_in(page, home)
        expect(page.get_by_test_id("dial-input")).to_be_visible()
        yield
        chromium.close()
