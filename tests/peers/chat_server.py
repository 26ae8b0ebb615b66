"""A chat server of its own, which can be stopped at any moment."""

import signal
from pathlib import Path
from subprocess import Popen
from typing import Self

from deploy.practice.server import PracticeServer, prosody
from deploy.program import write
from deploy.testing import start, stop


class ChatServer:
    """Prosody with the people of the practice server, without a PBX.

    `options` and `hosts` are further lines of its configuration, before and after the others.
    """

    def __init__(self, directory: Path, options: str = "", hosts: str = "") -> None:
        self.practice = PracticeServer.create(directory)
        self._options, self._hosts = options, hosts
        self._process: Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def start(self) -> None:
        program = prosody(self.practice)
        config = Path(program.argv[-1])
        write(config, f"{self._options}\n{config.read_text()}\n{self._hosts}\n")
        self._process = start(program, self.practice.directory / "log")

    def stop(self) -> None:
        if self._process is not None:
            stop(self._process)
            self._process = None

    def restart(self) -> None:
        """It says good-bye to everybody."""
        self.stop()
        self.start()

    def crash(self) -> None:
        """It does not."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
        self.start()
