"""A server that speaks TLS with a certificate of its choice, and hears what is said after that."""

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

from deploy.practice import certificates

TIMEOUT_S = 5.0


class TlsDoor:
    """On a port of its own. `keys` has been made by `certificates.create`."""

    def __init__(self, keys: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        pair = (keys / certificates.CERTIFICATE, keys / certificates.PRIVATE_KEY)
        self._context.load_cert_chain(*pair)
        self.heard = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            connection.settimeout(TIMEOUT_S)
            with (
                connection,
                suppress(OSError),
                self._context.wrap_socket(connection, server_side=True) as guest,
            ):
                self.heard += guest.recv(4096)
