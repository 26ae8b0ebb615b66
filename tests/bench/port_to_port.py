"""How late the engine hears what it says, from one port of its bridge to another, by each codec.

Beside it the way of two whole stacks: from one's audio socket to the other's, by the best codec.
"""

import json
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.bench.figures import Figure, Report, percentile
from tests.bench.servers import practice_server_in, signed_in_at, stack_in
from tests.bench.socket_loop import SETTLED_S, Ends, audio_socket
from tests.peers.face import Face

CODECS = ("g722", "opus")
TALK_S = 20.0


def measure(directory: Path) -> Report:
    """All figures."""
    report = Report("port_to_port")
    with ExitStack() as stack:
        server = stack.enter_context(practice_server_in(directory))
        for codec in CODECS:
            _add(report, codec, _engine_talk(server.sip_port, codec))
        alice, bob = (
            stack.enter_context(
                signed_in_at(
                    stack.enter_context(stack_in(directory, server, server.sip_port, name=name))
                )
            )
            for name in ("alice", "bob")
        )
        _add(report, "sockets", _talk(alice, bob))
    return report


def _add(report: Report, name: str, delays_ms: list[float]) -> None:
    for share in (50, 99):
        figure = Figure(f"{name}_p{share}_ms", percentile(delays_ms, share), "ms", len(delays_ms))
        report.add(figure)


def _engine_talk(sip_port: int, codec: str) -> list[float]:
    argv = (sys.executable, "-m", "tests.bench.engine_talk", str(sip_port), codec)
    finished = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=90)
    delays_ms: list[float] = json.loads(finished.stdout.splitlines()[-1])
    return delays_ms


def _talk(alice: Face, bob: Face) -> list[float]:
    """Alice speaks, bob listens."""
    call = alice.dial("102")
    bob.command(bob.is_called(), "answer")
    alice.waits_for(call, state="confirmed")
    with audio_socket(alice) as mouth, audio_socket(bob) as ear:
        ends = Ends(mouth, ear, SETTLED_S + TALK_S)
    alice.hang_up_everything()
    return ends.delays_ms()
