"""Files of conversations: through the gateway to the chat server's place for them, and back."""

import http.client
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest

from deploy.practice.server import PracticeServer
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face, Json

FILES = "/api/v1/conversations/bob@practice/files"
NAME = "Bericht „Q3“ \N{RIGHT-TO-LEFT OVERRIDE}fdp.exe"
LARGEST_BYTES = 50 * 1024 * 1024


@pytest.fixture
def bob(practice: PracticeServer, alice: Face) -> Iterator[Chatter]:
    with Chatter(practice, "bob") as bob:
        yield bob


@pytest.fixture
def stranger() -> Iterator[tuple[str, list[str]]]:
    """A server of somebody's on this machine, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

        def log_message(self, *_: object) -> None:
            """Silent."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/secret.png", asked
        server.shutdown()


def send(face: Face, name: str, content: bytes, media_type: str = "text/plain") -> Json:
    response = face.http.post(
        FILES, params={"name": name}, content=content, headers={"Content-Type": media_type}
    )
    assert response.status_code == 201, response.text
    return response.json()


def fetch(face: Face, **query: object) -> httpx.Response:
    return face.http.get("/api/v1/files", params=query)


def test_a_file_goes_to_the_other_and_its_message_names_it(alice: Face, bob: Chatter):
    content = os.urandom(3_000_000)
    message = send(alice, "photo of the roof.jpg", content, "image/jpeg")

    file = message["file"]
    assert (file["name"], file["size_bytes"]) == ("photo of the roof.jpg", len(content))
    heard = bob.hears(message["body"])
    assert heard["oob"]["url"] == file["url"] == message["body"]
    assert httpx.get(heard["oob"]["url"]).content == content


def test_a_file_of_the_other_is_fetched_through_the_stack(alice: Face, bob: Chatter):
    url = send(alice, "notes.txt", b"some notes")["file"]["url"]
    bob.send("alice@practice", url, oob={"url": url})

    def received() -> Json | None:
        page = alice.request("GET", "/api/v1/conversations/bob@practice/messages").json()["items"]
        return next((each for each in page if each["sender"] == "bob@practice"
                     and each["body"] == url), None)  # fmt: skip

    file = eventually(received)["file"]
    assert (file["name"], file["media_type"]) == ("notes.txt", "text/plain")
    response = fetch(alice, url=file["url"], name=NAME)
    assert response.content == b"some notes"
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_only_pictures_of_our_own_server_are_shown(alice: Face):
    url = send(alice, "dot.png", b"\x89PNG", "image/png")["file"]["url"]

    assert (
        fetch(alice, url=url, name="dot.png", picture=True).headers["Content-Type"] == "image/png"
    )
    assert fetch(alice, url=url, name="dot.svg", picture=True).status_code == 502
    elsewhere = "https://example.com/dot.png"
    assert fetch(alice, url=elsewhere, name="dot.png", picture=True).status_code == 502


def test_the_limit_of_the_server_is_told_before_and_kept(alice: Face):
    assert alice.request("GET", "/api/v1/uploads").json()["largest_bytes"] == LARGEST_BYTES

    place = urlsplit(alice.address)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    cookies = "; ".join(f"{name}={value}" for name, value in alice.http.cookies.items())
    connection.putrequest("POST", f"{FILES}?name=huge.iso")
    connection.putheader("Cookie", cookies)
    connection.putheader("Content-Length", str(LARGEST_BYTES + 1))
    connection.endheaders()
    with connection.getresponse() as response:
        problem = response.read().decode()
    connection.close()
    assert response.status == 502
    assert '"too_large"' in problem


def test_what_breaks_off_is_no_message(alice: Face, bob: Chatter):
    def breaks_off() -> Iterator[bytes]:
        yield b"only the beginning"
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        alice.http.post(
            FILES, params={"name": "x"}, content=breaks_off(), headers={"Content-Length": "5000"}
        )
    whole = send(alice, "whole.txt", b"whole")
    bob.hears(whole["body"])
    assert [each["body"] for each in bob.messages if each["oob"]["url"]] == [whole["body"]]


def test_nothing_is_fetched_from_where_strangers_may_not_point(
    alice: Face, stranger: tuple[str, list[str]]
):
    url, asked = stranger
    for each in (url, url.replace("http:", "https:"), "https://localhost/x", "https://[::1]/x"):
        response = fetch(alice, url=each)
        assert (response.status_code, response.json()["code"]) == (502, "file_unavailable")
    assert asked == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", f"{FILES}?name=", 422),
        ("POST", "/api/v1/conversations/nobody/files?name=x", 422),
        ("GET", "/api/v1/files?url=file:///etc/passwd", 422),
        ("GET", "/api/v1/files?url=https://", 422),
    ],
)
def test_what_does_not_fit_is_refused(alice: Face, method: str, path: str, status: int):
    content = b"x" if method == "POST" else None
    assert alice.http.request(method, path, content=content).status_code == status
