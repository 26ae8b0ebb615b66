"""Which of our addresses packets to the server leave from, and whether that has changed."""

import socket
from time import monotonic

LOOK_PERIOD_S = 1.0


class Route:
    """Asks the system's routing table now and then; sends nothing."""

    def __init__(self, server_address: str, server_port: int) -> None:
        self._server = (server_address, server_port)
        self._local_address = self._look()
        self._look_due_at = 0.0

    def has_changed(self) -> bool:
        """Whether there is a way again, or another one; while there is none, nothing changes."""
        if monotonic() < self._look_due_at:
            return False
        self._look_due_at = monotonic() + LOOK_PERIOD_S
        before, self._local_address = self._local_address, self._look()
        return self._local_address not in (None, before)

    def _look(self) -> str | None:
        family = socket.AF_INET6 if ":" in self._server[0] else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect(self._server)
                local_address: str = probe.getsockname()[0]
                return local_address
        except OSError:
            return None
