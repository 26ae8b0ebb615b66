"""A stack in containers: images, directories, and what docker-compose.yml asks for."""

import hashlib
import http.client
import json
import os
import shutil
import subprocess
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

from deploy.home import PRACTICE, READY_WITHIN_S, Failure, Home, Progress
from deploy.ports import AUDIO_PORT, RTP_PORTS
from deploy.program import LOOPBACK, REPOSITORY

IMAGES = ("redis", "rabbitmq", "sip", "sip-engine", "asterisk")
"""One service of docker-compose.yml for each image."""
PRACTICE_SERVICES = ("asterisk", "prosody", "robots", "chat-robots")
IMAGE_INPUTS = ("bus", "contracts", "deploy", "gateway", "services", "web")
NO_INPUTS = {"node_modules", "dist", "__pycache__"}
CONTAINER_HOME = "/var/lib/handset"
UNPRIVILEGED = 10001
"""User of the containers if root starts them."""
_ANSWER_TIMEOUT_S = 5
_POLL_S = 0.2


def engine_answers() -> bool:
    """Whether there is a Docker engine for us, and a Compose to speak to it."""
    try:
        return _succeeds("docker", "info") and bool(_compose_command())
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def run(command: str, home: Home) -> None:
    """Raises Failure."""
    if not engine_answers():
        raise Failure("no Docker engine answers, or Compose is missing")
    commands: dict[str, Callable[[Containers], None]] = {
        "up": Containers.up,
        "down": Containers.down,
        "status": Containers.status,
        "logs": Containers.logs,
    }
    commands[command](Containers(home))


def other_stacks(home: Home) -> list[str]:
    """Names of projects that run in this home, besides that of the stack that is meant."""
    return Containers(home).others()


class Containers:
    """The projects of a stack and of the practice server that stands beside it."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._log = home.stack_directory / "log" / "compose.log"
        # people and homes that share an engine have projects of their own
        self._projects = f"handset{zlib.crc32(bytes(home.directory)):08x}"
        self._practice = f"{self._projects}-{PRACTICE}"
        self._stack = f"{self._projects}-{home.stack_name}"
        self._user = os.geteuid() or UNPRIVILEGED
        self._group = os.getegid() or UNPRIVILEGED

    # commands

    def up(self) -> None:
        """Build and start what is missing, wait until all of it works, tell where it is."""
        home = self._home
        port = home.gateway_port(is_running=self._runs(self._stack))
        self._log.parent.mkdir(exist_ok=True, mode=0o700)
        self._build()
        self._prepare()
        is_on_host = home.network() == "host"
        if not is_on_host:
            with Progress("Practice server"):
                self._compose(self._practice, "up", "-d", *PRACTICE_SERVICES)
        with Progress(f"Stack {home.stack_name}"):
            self._compose(self._stack, "up", "-d", "--remove-orphans")
        with Progress("Health"):
            self._wait_for_health(port)
        home.tell(port)

    def down(self) -> None:
        """Stop the stack, and the practice server if no other stack is there to use it."""
        if self._runs(self._stack):
            with Progress(f"Stack {self._home.stack_name} stops"):
                self._compose(self._stack, "down")
        if self._runs(self._practice) and not self.others():
            with Progress("Practice server stops"):
                self._compose(self._practice, "down")

    def status(self) -> None:
        """One line per part. Raises Failure if one does not run."""
        parts = [
            (owner, *part)
            for owner, project in ((self._home.stack_name, self._stack), (PRACTICE, self._practice))
            for part in self._parts(project)
        ]
        for owner, name, state in parts:
            print(f"{owner:12} {name:12} {state}")
        if not self._runs(self._stack):
            raise Failure(f"stack {self._home.stack_name} is not up")
        if any(not state.startswith("Up") or "unhealthy" in state for *_, state in parts):
            raise Failure("not every part is running")

    def logs(self) -> None:
        """Follow the logs of all parts, until Ctrl-C."""
        follow = ("logs", "--follow", "--tail", "10")
        running = [
            subprocess.Popen(self._argv(project, *follow), env=self._environment, cwd=REPOSITORY)
            for project in (self._practice, self._stack)
        ]
        for process in running:
            process.wait()

    def others(self) -> list[str]:
        """Stacks of this home that run besides ours."""
        own = (self._practice, self._stack)
        projects = sorted(self._running_projects().difference(own))
        return [each for each in projects if each.startswith(f"{self._projects}-")]

    # steps

    def _build(self) -> None:
        missing = [each for each in IMAGES if not self._has_image(each)]
        if missing:
            self._lend_wheel()
        for service in missing:
            with Progress(f"Image for {service}"):
                self._compose(self._stack, "build", service)

    def _lend_wheel(self) -> None:
        """The SIP library takes minutes to build: one that this host has already is used."""
        kept = Path.home() / ".cache" / "handset" / "pjsua2"
        if kept.is_dir():
            lent = REPOSITORY / "build" / "pjsua2"
            shutil.rmtree(lent, ignore_errors=True)
            shutil.copytree(kept, lent, ignore=shutil.ignore_patterns(".new*"))

    def _prepare(self) -> None:
        """Directories and secrets, made by the code in the image, for the containers' user."""
        for directory in (self._home.stack_directory, self._home.practice_directory):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if os.geteuid() == 0:
            _give_to(self._home.stack_directory, self._user, self._group)
            _give_to(self._home.practice_directory, self._user, self._group)
        mounts = [
            option
            for directory in (self._home.stack_directory, self._home.practice_directory)
            for option in ("-v", f"{directory}:{CONTAINER_HOME}/{directory.name}")
        ]
        restrictions = ("--network", "none", "--read-only", "--cap-drop", "ALL")
        user = ("--user", self._environment["HANDSET_USER"])
        prepare = ("python", "-m", "deploy.prepare", self._home.stack_name)
        run = ("docker", "run", "--rm", *restrictions, *user, *mounts)
        self._must_succeed([*run, f"handset/services:{self._tag}", *prepare])

    def _wait_for_health(self, port: int) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while broken := _broken_parts(port):
            if time.monotonic() > deadline:
                names = ", ".join(broken)
                raise Failure(f"{names}: not ready within {READY_WITHIN_S} s, see `make logs`")
            time.sleep(_POLL_S)

    # Docker

    @cached_property
    def _tag(self) -> str:
        return _tag()

    @property
    def _environment(self) -> dict[str, str]:
        """What docker-compose.yml and its overrides ask for."""
        home = self._home
        first_port = home.first_port()
        return {
            **os.environ,
            "HANDSET_STACK": home.stack_name,
            "HANDSET_PORT": str(home.last_gateway_port()),
            "HANDSET_TAG": self._tag,
            "HANDSET_USER": f"{self._user}:{self._group}",
            "HANDSET_UID": str(self._user),
            "HANDSET_DIRECTORY": str(home.stack_directory),
            "HANDSET_PRACTICE_DIRECTORY": str(home.practice_directory),
            "HANDSET_PRACTICE_NETWORK": f"{self._practice}_default",
            "HANDSET_AUDIO_PORT": str(first_port + AUDIO_PORT),
            "HANDSET_RTP_PORT_FIRST": str(first_port + RTP_PORTS.start),
            "HANDSET_RTP_PORT_LAST": str(first_port + RTP_PORTS.stop - 1),
        }

    def _argv(self, project: str, *arguments: str) -> list[str]:
        command = [*_compose_command(), "-p", project, "-f", "docker-compose.yml"]
        if project == self._practice:
            return [*command, "--profile", PRACTICE, *arguments]
        override = "host-network" if self._home.network() == "host" else PRACTICE
        command += ["-f", f"deploy/compose/{override}.yml"]
        if self._home.has_host_audio():
            command += ["-f", "deploy/compose/host-audio.yml"]
        return [*command, *arguments]

    def _compose(self, project: str, *arguments: str) -> None:
        self._must_succeed(self._argv(project, *arguments))

    def _must_succeed(self, argv: list[str]) -> None:
        with self._log.open("a") as log:
            log.write(f"{' '.join(argv)}\n")
            log.flush()
            ended = subprocess.run(
                argv, check=False, cwd=REPOSITORY, env=self._environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        if ended.returncode:
            last = self._log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise Failure(f"{last.removeprefix('Error response from daemon: ')} (see {self._log})")

    def _has_image(self, service: str) -> bool:
        target = {"sip": "services", "sip-engine": "engine", "asterisk": PRACTICE}.get(service)
        return _succeeds("docker", "image", "inspect", f"handset/{target or service}:{self._tag}")

    def _runs(self, project: str) -> bool:
        return project in self._running_projects()

    def _running_projects(self) -> set[str]:
        return set(_listed("ps", "--format", '{{.Label "com.docker.compose.project"}}'))

    def _parts(self, project: str) -> list[tuple[str, str]]:
        """Name and state of each container of a project."""
        query = ("ps", "--all", "--filter", f"label=com.docker.compose.project={project}")
        shown = '{{.Label "com.docker.compose.service"}}\t{{.Status}}'
        lines = (line.partition("\t") for line in _listed(*query, "--format", shown))
        return sorted((name, state) for name, _tab, state in lines)


def _compose_command() -> list[str]:
    if _succeeds("docker", "compose", "version"):
        return ["docker", "compose"]
    return ["docker-compose"] if shutil.which("docker-compose") else []


def _listed(*arguments: str) -> list[str]:
    argv = ("docker", *arguments)
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines()


def _succeeds(*argv: str) -> bool:
    ended = subprocess.run(argv, check=False, capture_output=True, timeout=_ANSWER_TIMEOUT_S)
    return ended.returncode == 0


def _give_to(directory: Path, user: int, group: int) -> None:
    for path in (directory, *directory.rglob("*")):
        os.lchown(path, user, group)


def _broken_parts(port: int) -> list[str]:
    """Names of what /healthz calls down."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=_ANSWER_TIMEOUT_S)
    try:
        connection.request("GET", "/healthz")
        health = json.load(connection.getresponse())
    except (OSError, http.client.HTTPException, ValueError):
        return ["gateway"]
    finally:
        connection.close()
    return [part["part"] for part in health["parts"] if part["state"] == "down"]


def _tag() -> str:
    """Names images by what they are made of."""
    content = hashlib.sha256()
    for path in _inputs():
        content.update(f"{path.relative_to(REPOSITORY)}\0".encode() + path.read_bytes())
    return content.hexdigest()[:16]


def _inputs() -> Iterator[Path]:
    yield from sorted(REPOSITORY.glob("requirements*.lock"))
    for name in IMAGE_INPUTS:
        for directory, subdirectories, files in os.walk(REPOSITORY / name):
            subdirectories[:] = sorted(set(subdirectories) - NO_INPUTS)
            yield from (Path(directory) / file for file in sorted(files))
