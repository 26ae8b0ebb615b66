"""supervisord for a list of programs: its configuration, start, state and end."""

import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from xmlrpc.client import Error, ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport  # type: ignore[import-untyped]

from deploy.program import REPOSITORY, Program, write

_POLL_S = 0.1
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
file = {directory}/run/supervisor.sock
chmod = 0700

[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
_PROGRAM = """
[program:{name}]
command = {command}
environment = {environment}
priority = {priority}
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
        """By name; empty if supervisord does not run."""
        processes = cast(list[dict[str, Any]], self._ask("getAllProcessInfo", default=[]))
        return [Process(each["name"], each["statename"], each["description"]) for each in processes]

    def start(self, programs: Sequence[Program]) -> None:
        """Start what is not running yet; restart what is started differently now."""
        write(self._config, self._render(programs))
        if self.is_running():
            self._apply_changes()
        else:
            subprocess.run(
                (sys.executable, "-m", "supervisor.supervisord", "-c", str(self._config)),
                check=True,
            )

    def stop(self) -> None:
        """Stop all programs, the last one first, and wait for supervisord's end."""
        pid = cast(int, self._ask("getPID", default=0))
        if not pid:
            return
        self._ask("shutdown", default=None)
        while psutil.pid_exists(pid):
            time.sleep(_POLL_S)

    def _render(self, programs: Sequence[Program]) -> str:
        settings = {"repository": REPOSITORY, "directory": self._directory}
        sections = [_SETTINGS.format(**settings).replace("%", "%%")]
        for priority, program in enumerate(programs, start=1):
            section = _PROGRAM.format(
                name=program.name,
                command=shlex.join(program.argv),
                environment=_environment(program.environment),
                priority=priority,
                stop_s=program.stop_s,
                log=self.log_of(program.name),
            )
            sections.append(section.replace("%", "%%"))
        return "".join(sections)

    def _apply_changes(self) -> None:
        ((added, changed, removed),) = cast(Any, self._ask("reloadConfig", default=[[[], [], []]]))
        for name in changed + removed:
            self._ask("stopProcessGroup", name, default=None)
            self._ask("removeProcessGroup", name, default=None)
        for name in added + changed:
            self._ask("addProcessGroup", name, default=None)

    def _ask(self, method: str, *arguments: str, default: object) -> object:
        """The answer of supervisord, or the default if it does not run."""
        socket = self._directory / "run" / "supervisor.sock"
        transport = SupervisorTransport(None, None, f"unix://{socket}")
        try:
            server = ServerProxy("http://127.0.0.1", transport=transport)
            return getattr(server.supervisor, method)(*arguments)
        except (OSError, Error):
            return default


def _environment(variables: Mapping[str, str]) -> str:
    return ",".join(f'{name}="{value}"' for name, value in variables.items())
