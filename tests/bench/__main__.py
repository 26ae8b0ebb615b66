"""`python -m tests.bench [NAME]`: measures Handset beside a native phone, in the same run."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    audio_loop,
    call_setup,
    calls,
    chat,
    devices,
    footprint,
    port_to_port,
    remote,
)
from tests.bench.figures import Report, machine

Bench = Callable[[Path], Report]

LARGEST_LOAD = 0.5
"""In the last minute; above it something else runs."""


def main() -> None:
    """Run one bench or all; each prints its figures and keeps them in build/bench/<NAME>.json."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("name", nargs="?", help="one bench; all without it")
    parser.add_argument(
        "--minutes", type=float, default=0, help="how long is listened, in audio_loop and remote"
    )
    parser.add_argument("--first-up", action="store_true", help="footprint: also a first make up")
    arguments = parser.parse_args()
    benches: dict[str, Bench] = {
        "call_setup": call_setup.measure,
        "audio_loop": lambda directory: audio_loop.measure(directory, arguments.minutes),
        "calls": calls.measure,
        "chat": chat.measure,
        "devices": devices.measure,
        "port_to_port": port_to_port.measure,
        "remote": lambda directory: remote.measure(directory, arguments.minutes),
        "footprint": lambda directory: footprint.measure(directory, first_up=arguments.first_up),
    }
    if arguments.name not in (None, *benches):
        parser.error(f"no such bench: {arguments.name}; there are {', '.join(benches)}")
    for name in [arguments.name] if arguments.name else benches:
        description = machine()
        if description["load_1min"] > LARGEST_LOAD:
            print(f"{name}: the machine is busy, its figures will be worse", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="handset-bench-") as directory:
            report = benches[name](Path(directory))
        report.save(description)


if __name__ == "__main__":
    main()
