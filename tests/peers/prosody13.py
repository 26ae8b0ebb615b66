"""Prosody 13 as a chat server, configured as the practice server's Prosody 0.12 is."""

import subprocess
from dataclasses import replace
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Self

from deploy.practice.server import PracticeServer, prosody
from deploy.program import Program, port_answers, write
from deploy.testing import start, stop

_FETCH = Path(__file__).with_name("fetch-prosody-13")


class Prosody13:
    """The server of Debian's unstable suite, in a directory and on ports of its own."""

    largest_bytes = 50 * 1024 * 1024

    def __init__(self, directory: Path) -> None:
        self._practice = PracticeServer.create(directory)
        self._process: Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._process = start(self._program(), self._practice.directory / "log")
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process is not None:
            stop(self._process)

    @property
    def authority(self) -> Path:
        return self._practice.authority

    @property
    def xmpp_port(self) -> int:
        """With STARTTLS."""
        return self._practice.xmpp_port

    @property
    def direct_tls_port(self) -> int:
        return self._practice.first_port + 7

    def _program(self) -> Program:
        program = prosody(self._practice)
        config = Path(program.argv[-1])
        ports = f"c2s_direct_tls_ports = {{ {self.direct_tls_port} }}"
        write(config, f"{ports}\n{config.read_text()}")
        fetched = subprocess.run([_FETCH], check=True, stdout=subprocess.PIPE, text=True)
        root = Path(fetched.stdout.strip())
        modules = "lua/5.4/?.so"
        environment = {
            "LUA_PATH": f"{root}/usr/share/lua/5.4/?.lua;{root}/usr/share/lua/5.4/?/init.lua",
            "LUA_CPATH": f"{root}/lib/{modules};{root}/usr/lib/prosody/?.so",
        }
        loader = (str(root / "prosody"), "--library-path", str(root / "lib"))
        script = (str(root / "usr/bin/lua5.4"), str(root / "usr/bin/prosody"))
        argv = (*loader, *script, "-F", "--config", str(config))
        is_ready = partial(port_answers, self.direct_tls_port)
        return replace(program, argv=argv, environment=environment, is_ready=is_ready)
