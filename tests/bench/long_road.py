"""A long road between two network namespaces: packets take their time, and some never arrive.

The kernel's netem need not be there: each end is a TUN device, and this program carries the packets
between them. Each is held for half the round trip; loss is at random and independent, both ways.
"""

import fcntl
import json
import os
import queue
import random
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.peers.network import Namespace

HERE, THERE = "203.0.113.1", "203.0.113.2"  # for documentation, RFC 5737
_INTERFACE = "road"
_TUNSETIFF, _IFF_TUN, _IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
_LONGEST_PACKET_BYTES = 65_536
SEED = 1


class LongRoad:
    """`here` has the stack, `there` the browser. At first the road is short."""

    def __init__(self, here: Namespace, there: Namespace, relay: "subprocess.Popen[str]") -> None:
        self.here, self.there = here, there
        self._relay = relay

    def is_long(self, round_trip_ms: float, loss_percent: float) -> None:
        """From now on."""
        assert self._relay.stdin is not None
        print(round_trip_ms / 2, loss_percent, file=self._relay.stdin, flush=True)

    def carried_bytes(self) -> tuple[int, int]:
        """IP packets from there, and to there."""
        told = self.here.run("ip", "-json", "-stats", "link", "show", "dev", _INTERFACE)
        statistics = json.loads(told)[0]["stats64"]
        return statistics["rx"]["bytes"], statistics["tx"]["bytes"]


@contextmanager
def long_road() -> Iterator[LongRoad]:
    """Needs root."""
    namespaces = here, there = Namespace(), Namespace()
    try:
        ends = [_device(*each) for each in zip(namespaces, (HERE, THERE), strict=True)]
        argv = (sys.executable, "-m", "tests.bench.long_road", *map(str, ends))
        with subprocess.Popen(argv, stdin=subprocess.PIPE, text=True, pass_fds=ends) as relay:
            for end in ends:
                os.close(end)
            yield LongRoad(here, there, relay)
            relay.terminate()
    finally:
        for namespace in namespaces:
            namespace.close()


def _device(namespace: Namespace, address: str) -> int:
    with namespace.entered():
        device = os.open("/dev/net/tun", os.O_RDWR)
        request = struct.pack("16sH22x", _INTERFACE.encode(), _IFF_TUN | _IFF_NO_PI)
        fcntl.ioctl(device, _TUNSETIFF, request)
    namespace.ip("addr", "add", f"{address}/24", "dev", _INTERFACE)
    namespace.ip("link", "set", _INTERFACE, "up")
    return device


class _Way:
    """One direction."""

    def __init__(self, source: int, target: int, seed: int) -> None:
        self.delay_ms = self.loss_percent = 0.0
        self._source, self._target = source, target
        self._random = random.Random(seed)
        self._held: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        for run in (self._take, self._give):
            threading.Thread(target=run, daemon=True).start()

    def _take(self) -> None:
        while packet := os.read(self._source, _LONGEST_PACKET_BYTES):
            if self._random.random() * 100 >= self.loss_percent:
                self._held.put((time.monotonic() + self.delay_ms / 1000, packet))

    def _give(self) -> None:
        while True:
            due, packet = self._held.get()
            time.sleep(max(0.0, due - time.monotonic()))
            os.write(self._target, packet)


def main() -> None:
    """Carry packets between two devices; each line of input is a delay in ms and a loss in %."""
    here, there = map(int, sys.argv[1:])
    ways = _Way(here, there, SEED), _Way(there, here, SEED + 1)
    for line in sys.stdin:
        delay_ms, loss_percent = map(float, line.split())
        for way in ways:
            way.delay_ms, way.loss_percent = delay_ms, loss_percent


if __name__ == "__main__":
    main()
