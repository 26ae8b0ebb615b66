"""Stacks in containers, started by `make up` as a person does, in a home of their own."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.home import address
from deploy.ports import free_port
from deploy.program import REPOSITORY
from tests.peers.face import Face

UP_WITHIN_S = 900
"""Images are built the first time."""


@dataclass(frozen=True)
class Person:
    """Somebody with a stack, who knows `make`."""

    name: str
    home: Path
    port: int

    def make(self, target: str, **variables: str) -> str:
        """What the command prints; it must succeed."""
        environment = {
            "HANDSET_MODE": "compose",
            "HANDSET_HOME": str(self.home),
            "HANDSET_STACK": self.name,
            "HANDSET_PORT": str(self.port),
        }
        ended = subprocess.run(
            ["make", "-s", target], cwd=REPOSITORY, env={**os.environ, **environment, **variables},
            check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=UP_WITHIN_S,
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def face(self) -> Face:
        return Face(address(self.port))

    def containers(self) -> dict[str, dict[str, Any]]:
        """What Docker says of each, by the name of its service."""
        label = f"label=com.docker.compose.project={self.project}"
        container_ids = docker("ps", "--quiet", "--filter", label).split()
        found = json.loads(docker("inspect", *container_ids)) if container_ids else []
        return {each["Config"]["Labels"]["com.docker.compose.service"]: each for each in found}

    @property
    def project(self) -> str:
        """Names of projects end with that of their stack."""
        names = docker("ps", "--format", '{{.Label "com.docker.compose.project"}}').split()
        return next((each for each in names if re.fullmatch(f".*-{self.name}", each)), "none")


def docker(*arguments: str) -> str:
    return subprocess.run(("docker", *arguments), check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def _stack_of(name: str, home: Path) -> Iterator[Person]:
    person = Person(name, home, free_port())
    try:
        person.make("up")
        yield person
    finally:
        person.make("down")


@pytest.fixture(scope="session")
def alice(home: Path) -> Iterator[Person]:
    """With a stack that is up, signed in, and asked to remember that."""
    for person in _stack_of("alice", home):
        with person.face() as face:
            assert face.sign_in(remember=True).status_code == 200
        yield person


@pytest.fixture
def bob(home: Path, alice: Person) -> Iterator[Person]:
    """A second person on the same machine, whose stack leaves with the test."""
    yield from _stack_of("bob", home)
