"""What the chat bench runs on: Prosody alone, stacks that have chat alone, and their pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect
from redis import Redis

from deploy.practice.server import PracticeServer
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import free_port, running_all
from tests.bench import crowd
from tests.e2e.conftest import Chromium
from tests.peers.chat_server import ChatServer
from tests.peers.face import Face, Json

WEB_HOST = "localhost"
"""By this name Prosody is asked for its WebSocket."""


@dataclass(frozen=True)
class Place:
    """Where everything is measured."""

    directory: Path
    server: ChatServer
    chromium: Chromium
    component_port: int

    @property
    def practice(self) -> PracticeServer:
        return self.server.practice

    @property
    def data(self) -> Path:
        """Of Prosody; changed while it does not run."""
        return self.practice.directory / "prosody" / "data"

    @classmethod
    def create(cls, directory: Path, chromium: Chromium) -> "Place":
        port = free_port()
        options = (
            f"component_ports = {{ {port} }}\ncomponent_interfaces = {{ '127.0.0.1' }}\n"
            "consider_websocket_secure = true"
        )
        hosts = (
            "VirtualHost 'practice'\n"
            f"  http_host = '{WEB_HOST}'\n  modules_enabled = {{ 'websocket' }}\n"
            f"Component '{crowd.DOMAIN}'\n  component_secret = '{crowd.SECRET}'\n"
        )
        return cls(directory, ChatServer(directory / "server", options, hosts), chromium, port)

    def add_account(self, user: str) -> None:
        """As those of the practice server: the password is made of the name."""
        accounts = self.data / "practice" / "accounts"
        accounts.mkdir(parents=True, exist_ok=True)
        write(accounts / f"{user}.dat", f'return {{ ["password"] = "{user}-practice" }};\n')


@dataclass(frozen=True)
class ChatStack:
    """A whole stack of somebody who has no telephone."""

    stack: Stack
    user: str

    @classmethod
    @contextmanager
    def running(cls, place: Place, user: str) -> "Iterator[ChatStack]":
        stack = Stack.create(place.directory / user, (place.practice.instances,), name=user)
        with running_all(stack_programs(stack), stack.directory / "log"):
            yield cls(stack, user)

    @property
    def credentials(self) -> Json:
        password = f"{self.user}-practice"
        return {"user": self.user, "password": password, "server": "practice", "without": "sip"}

    @contextmanager
    def face(self) -> Iterator[Face]:
        with Face(self.stack.address) as face:
            self.sign_in(face)
            yield face

    def sign_in(self, face: Face) -> None:
        response = face.request("POST", "/api/v1/session", self.credentials)
        if response.status_code != 200 or response.json()["chat"]["state"] != "connected":
            raise RuntimeError(f"sign-in: {response.text}")

    def cursor(self) -> str | None:
        """How far the copy of the archive is."""
        password = self.stack.secret("redis-password")
        with Redis("127.0.0.1", self.stack.redis_port, password=password) as redis:
            found = redis.get("chat:cursor")
        return found.decode() if found is not None else None

    @contextmanager
    def page(self, place: Place, path: str = "/chat") -> Iterator[Page]:
        """Signed in, in a browser of its own."""
        context = place.chromium.start()
        page = context.pages[0]
        response = page.request.post(f"{self.stack.address}/api/v1/session", data=self.credentials)
        if not response.ok:
            raise RuntimeError(f"sign-in: {response.text()}")
        page.goto(f"{self.stack.address}{path}")
        expect(page.get_by_test_id("shell")).to_be_visible()
        yield page
        context.close()
