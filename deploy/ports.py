"""Blocks of ports: every stack and practice server has one of its own, chosen once."""

import random
import socket
from pathlib import Path

from deploy.program import LOOPBACK, write

BLOCK_SIZE = 200
_BLOCKS = range(20_000, 32_600, BLOCK_SIZE)  # below Linux's range for outgoing connections
PORT_BLOCK = "port-block"
AUDIO_PORT = 4
"""Of the sip engine, counted from the first port of the block; so is the next one."""
RTP_PORTS = range(100, 200)
_given: set[int] = set()


class NoPortsLeft(Exception):
    """Every block has a port in use."""


def allot_block(directory: Path) -> int:
    """First port of this directory's block; remembered in it, and respected by its siblings."""
    file = directory / PORT_BLOCK
    if file.exists():
        return int(file.read_text())
    siblings = {int(other.read_text()) for other in directory.parent.glob(f"*/{PORT_BLOCK}")}
    candidates = [first for first in _BLOCKS if first not in siblings | _given]
    random.shuffle(candidates)  # two processes that choose at once choose differently
    for first in candidates:
        if all(is_free(port) for port in range(first, first + BLOCK_SIZE)):
            _given.add(first)
            write(file, f"{first}\n")
            return first
    raise NoPortsLeft(f"no block of {BLOCK_SIZE} free ports from {_BLOCKS.start} on")


def is_free(port: int) -> bool:
    """Whether nobody uses this port of the loopback interface, by TCP or UDP."""
    return _binds(socket.SOCK_STREAM, port) and _binds(socket.SOCK_DGRAM, port)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        port: int = listener.getsockname()[1]
        return port


def _binds(kind: socket.SocketKind, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as candidate:
        if kind is socket.SOCK_STREAM:  # connections that were closed a moment ago do not count
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
