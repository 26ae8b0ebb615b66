"""supervisord for a list of programs: its configuration, start, state and end."""

import re
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xmlrpc.client import Error, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from deploy.home import SUPERVISOR_SOCKET
from deploy.program import REPOSITORY, Program, write

_POLL_S = 0.05
_WAIT = False  # what supervisord is asked to do is begun, not waited for
_SETTINGS = """\
[supervisord]
directory = {repository}
logfile = {directory}/log/supervisord.log
logfile_maxbytes = 5MB
logfile_backups = 2
pidfile = {directory}/run/supervisord.pid
childlogdir = {directory}/log
umask = 077

[unix_http_server]
file = {directory}/{socket}
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
_PROGRAM = """
[program:{name}]
command = {command}
environment = {environment}
priority = {priority}
autostart = false
autorestart = true
startsecs = 1
startretries = 1000000
stopwaitsecs = {stop_s}
killasgroup = true
redirect_stderr = true
stdout_logfile = {log}
stdout_logfile_maxbytes = 10MB
stdout_logfile_backups = 3
"""


@dataclass(frozen=True)
class Process:
    """What supervisord knows of one program; `state` is one of its words, like RUNNING."""

    name: str
    state: str
    pid: int
    """0 while it does not run."""
    description: str


class Supervisor:
    """The supervisord of one directory, which has `run` and `log` in it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._config = directory / "supervisord.conf"

    def log_of(self, name: str) -> Path:
        return self._directory / "log" / f"{name}.log"

    def is_running(self) -> bool:
        return bool(self._ask("getPID", default=0))

    def processes(self) -> list[Process]:
        """In the order of their programs; empty if supervisord does not run."""
        found = self._ask("getAllProcessInfo", default=[])
        if found:
            found.sort(key=lambda each: self._names().index(each["name"]))
        return [
            Process(each["name"], each["statename"], each["pid"], each["description"])
            for each in found
        ]

    def load(self, programs: Sequence[Program]) -> None:
        """Let supervisord know these programs; what was started differently before is stopped."""
        write(self._config, self._render(programs))
        if self.is_running():
            self._load_changes()
        else:
            subprocess.run(
                (sys.executable, "-m", "supervisor.supervisord", "-c", str(self._config)),
                check=True,
            )

    def start(self, name: str) -> None:
        """Start a loaded program, unless it runs."""
        self._ask("startProcess", name, _WAIT, default=None)

    def stop(self) -> None:
        """Stop all programs, the last one first, then supervisord itself."""
        pid = self._ask("getPID", default=0)
        if not pid:
            return
        for name in reversed(self._names()):
            self._stop_program(name)
        self._ask("shutdown", default=None)
        while psutil.pid_exists(pid):
            self._ask("getPID", default=0)  # wakes it up, or else its last words take seconds
            time.sleep(_POLL_S)

    def _names(self) -> list[str]:
        return re.findall(r"^\[program:(.+)\]$", self._config.read_text(), re.MULTILINE)

    def _stop_program(self, name: str) -> None:
        self._ask("stopProcess", name, _WAIT, default=None)
        while self._ask("getProcessInfo", name, default={}).get("statename") == "STOPPING":
            time.sleep(_POLL_S)

    def _render(self, programs: Sequence[Program]) -> str:
        settings = {
            "repository": REPOSITORY,
            "directory": self._directory,
            "socket": SUPERVISOR_SOCKET,
        }
        sections = [_SETTINGS.format(**settings).replace("%", "%%")]
        for priority, program in enumerate(programs, start=1):
            section = _PROGRAM.format(
                name=program.name,
                command=shlex.join(program.argv_that_ends_with_starter()),
                environment=_environment(program.environment),
                priority=priority,
                stop_s=program.stop_s,
                log=self.log_of(program.name),
            )
            sections.append(section.replace("%", "%%"))
        return "".join(sections)

    def _load_changes(self) -> None:
        ((added, changed, removed),) = self._ask("reloadConfig", default=[[[], [], []]])
        for name in changed + removed:
            self._stop_program(name)
            self._ask("removeProcessGroup", name, default=None)
        for name in added + changed:
            self._ask("addProcessGroup", name, default=None)

    def _ask(self, method: str, *arguments: str | bool, default: Any) -> Any:
        """The answer of supervisord, or the default if it does not run."""
        socket = self._directory / SUPERVISOR_SOCKET
        transport = SupervisorTransport(None, None, f"unix://{socket}")
        try:
            with ServerProxy("http://127.0.0.1", transport=transport) as server:
                return getattr(server.supervisor, method)(*arguments)
        except (OSError, Error):
            return default


def _environment(variables: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{value}"' for name, value in variables.items())
