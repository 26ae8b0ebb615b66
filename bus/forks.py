"""Several services from one start: a process each, forked from one that has imported everything.

What they import, most of what each of them needs, is in memory once. One that ends is forked anew.
"""

import ctypes
import gc
import importlib
import os
import signal
import time
from collections.abc import Callable, Iterable

import structlog

log = structlog.get_logger(__name__)

FORKED_AGAIN_AFTER_S = 1.0
"""Of one that ends soon after its start."""
_SIGNALS = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}
_PR_SET_PDEATHSIG, _PR_SET_NAME = 1, 15
_FAILED = 1


class Forks:
    """`run` does what a service is there for, in its process. Nothing else runs in ours."""

    def __init__(self, run: Callable[[str], None]) -> None:
        self._run = run
        self._running: dict[int, tuple[str, float]] = {}
        """By process: what it is, and since when."""
        self._is_stopping = False

    def keep(self, services: Iterable[str]) -> None:
        """Have all of them run, until SIGTERM."""
        for service in services:
            importlib.import_module(f"services.{service}.service")
        gc.collect()
        gc.freeze()  # a collection in a child would write to what is shared
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        for service in services:
            self._fork(service, 0)
        while self._running:  # eventlet has made anything else that waits poll
            if signal.sigwait(_SIGNALS) == signal.SIGCHLD:
                self._reap()
            else:
                self._stop()

    def _fork(self, service: str, pause_s: float) -> None:
        ours = os.getpid()
        process = os.fork()
        if process:
            self._running[process] = service, time.monotonic()
            return
        try:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            system = ctypes.CDLL(None)
            system.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            system.prctl(_PR_SET_NAME, service.encode())
            if os.getppid() == ours:
                time.sleep(pause_s)
                self._run(service)
        except Exception:
            log.exception("service died", service=service)
        finally:
            os._exit(_FAILED)

    def _reap(self) -> None:
        while self._running:
            process, status = os.waitpid(-1, os.WNOHANG)
            if process == 0:
                return
            service, since = self._running.pop(process)
            if self._is_stopping:
                continue
            log.warning("service ended", service=service, status=os.waitstatus_to_exitcode(status))
            lived_s = time.monotonic() - since
            self._fork(service, FORKED_AGAIN_AFTER_S if lived_s < FORKED_AGAIN_AFTER_S else 0)

    def _stop(self) -> None:
        self._is_stopping = True
        for process in self._running:
            os.kill(process, signal.SIGTERM)
