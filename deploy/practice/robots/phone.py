"""The SIP library, driven by one thread: events, and what is due later."""

import gc
import heapq
import itertools
import time
from collections.abc import Callable

import pjsua2 as pj

_POLL_MS = 10
_LAST_WORDS_S = 0.5


class Phone:
    """Owner of the library. Everything of pjsua2 happens in the thread that calls `run`."""

    def __init__(self, server: str, address: str, rtp_port: int) -> None:
        self.server = server
        self.address = address
        self.rtp_port = rtp_port
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._stopped = False
        self._endpoint = pj.Endpoint()
        self._endpoint.libCreate()
        self._endpoint.libInit(_library_settings())
        transport = pj.TransportConfig()
        transport.boundAddress = address
        self._endpoint.transportCreate(pj.PJSIP_TRANSPORT_UDP, transport)
        self._endpoint.audDevManager().setNullDev()
        self._endpoint.libStart()

    def run(self) -> None:
        """Serve until `stop`."""
        while not self._stopped:
            self._poll()

    def stop(self) -> None:
        """Let `run` return; may be called by a signal handler."""
        self._stopped = True

    def after(self, delay_s: float, action: Callable[[], None]) -> None:
        """Run something later, outside of the library's callbacks."""
        heapq.heappush(self._due, (time.monotonic() + delay_s, next(self._numbers), action))

    def hang_up_all(self) -> None:
        """End every call and wait for the last words."""
        self._endpoint.hangupAllCalls()
        self._poll_for(_LAST_WORDS_S)

    def close(self) -> None:
        """Leave the library. Calls must have ended, accounts be shut down."""
        self._poll_for(_LAST_WORDS_S)
        self._due.clear()
        gc.collect()  # no object of the library may outlive it
        self._endpoint.libDestroy(pj.PJSUA_DESTROY_NO_NETWORK)  # or else it waits for seconds

    def _poll_for(self, duration_s: float) -> None:
        deadline = time.monotonic() + duration_s
        while time.monotonic() < deadline:
            self._poll()

    def _poll(self) -> None:
        self._endpoint.libHandleEvents(_POLL_MS)
        while self._due and self._due[0][0] <= time.monotonic():
            heapq.heappop(self._due)[2]()


def _library_settings() -> pj.EpConfig:
    settings = pj.EpConfig()
    settings.uaConfig.threadCnt = 0
    settings.uaConfig.mainThreadOnly = True
    settings.uaConfig.maxCalls = 30
    settings.uaConfig.userAgent = "Handset practice robot"
    settings.logConfig.level = 2
    settings.logConfig.consoleLevel = 2
    settings.medConfig.noVad = True
    settings.medConfig.ecTailLen = 0
    settings.medConfig.sndAutoCloseTime = -1
    return settings
