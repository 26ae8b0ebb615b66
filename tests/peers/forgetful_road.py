"""A way to a server that can break, or forget its connections as a NAT does."""

import socket
import threading
from contextlib import suppress
from typing import Self

LARGEST_PIECE_BYTES = 65536


class ForgetfulRoad:
    """Forwards TCP to a port of this machine. What is forgotten stays open and leads nowhere."""

    def __init__(self, to_port: int) -> None:
        self._to_port = to_port
        self._age = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listener]
        self.port: int = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        _close(self._sockets)

    def forget(self) -> None:
        """Nothing that was sent on the connections of until now arrives any more."""
        self._age += 1

    def breaks(self) -> None:
        """The connections of until now end, whatever was on its way."""
        gone, self._sockets = self._sockets[1:], self._sockets[:1]
        _close(gone)

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                near, _address = self._listener.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._to_port))
                except OSError:
                    near.close()  # nobody is there
                    continue
                self._sockets += [near, far]
                for source, target in ((near, far), (far, near)):
                    run = threading.Thread(target=self._forward, args=(source, target), daemon=True)
                    run.start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        age = self._age
        with suppress(OSError):
            while piece := source.recv(LARGEST_PIECE_BYTES):
                if age == self._age:
                    target.sendall(piece)
        with suppress(OSError):  # also if it was reset: who is killed says no good-bye
            if age == self._age:
                target.shutdown(socket.SHUT_WR)


def _close(sockets: list[socket.socket]) -> None:
    for each in sockets:
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
