"""The peer: baresip, a native phone, as its users would set it up for short delay."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

from deploy.ports import free_port
from deploy.program import LOOPBACK, Program, write
from deploy.testing import Process, running

NAME = "baresip"
REPLY_WITHIN_S = 5
_CONFIG = """\
poll_method epoll
sip_listen {address}:0
net_interface {address}
call_max_calls 4
opus_stereo no
opus_sprop_stereo no
audio_player pulse,loudspeaker
audio_source pulse,microphone
audio_alert pulse,loudspeaker
audio_buffer 20-160
jitter_buffer_delay 1-2
module_path /usr/lib/baresip/modules
module opus.so
module g722.so
module g711.so
module pulse.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen {address}:{control_port}
"""
_ACCOUNT = (
    "<sip:{user}@practice>;auth_user={user};auth_pass={user}-practice;regint=300;ptime=20"
    ';outbound="sip:{address}:{server_port};transport=udp"\n'
)


class Baresip:
    """A registered phone, told what to do through its ctrl_tcp module (JSON in netstrings)."""

    def __init__(self, process: Process, connection: socket.socket) -> None:
        self.pid = process.pid
        self._connection = connection
        self._events: Queue[tuple[str, float]] = Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def command(self, command: str, parameters: str = "") -> None:
        message = json.dumps({"command": command, "params": parameters, "token": ""})
        self._connection.sendall(f"{len(message)}:{message},".encode())

    def waits_for(self, event: str, within_s: float = REPLY_WITHIN_S) -> float:
        """When the next event of this type came, as `time.time()`; those before it are dropped."""
        deadline = time.monotonic() + within_s
        while True:
            found, came_at = self._events.get(timeout=max(0.0, deadline - time.monotonic()))
            if found == event:
                return came_at

    def _listen(self) -> None:
        with self._connection.makefile("rb") as messages:
            while message := _next_netstring(messages):
                came_at = time.time()
                if (event := json.loads(message)).get("event"):
                    self._events.put((event["type"], came_at))


@contextmanager
def baresip(directory: Path, user: str, server_port: int, sound_socket: Path) -> Iterator[Baresip]:
    """The phone, registered."""
    control_port = free_port()
    home = directory / f"baresip-{user}"
    home.mkdir()
    write(home / "config", _CONFIG.format(address=LOOPBACK, control_port=control_port))
    account = _ACCOUNT.format(user=user, address=LOOPBACK, server_port=server_port)
    write(home / "accounts", account, mode=0o600)
    write(home / "contacts", "")
    log = home / f"{NAME}.log"
    program = Program(
        NAME,
        (NAME, "-f", str(home)),
        lambda: "binding]" in log.read_text(errors="replace"),
        {"PULSE_SERVER": f"unix:{sound_socket}", "HOME": str(home)},
    )
    with (
        running(program, home) as process,
        socket.create_connection((LOOPBACK, control_port), REPLY_WITHIN_S) as connection,
    ):
        connection.settimeout(None)
        yield Baresip(process, connection)


def _next_netstring(stream: Any) -> bytes:
    """Empty at the end of the stream."""
    length = b""
    while (byte := stream.read(1)) not in (b":", b""):
        length += byte
    return stream.read(int(length) + 1)[:-1] if length else b""
