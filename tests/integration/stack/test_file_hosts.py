"""Places for files that do not do what they should; the other side is the gateway's own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import repeat

import pytest

from contracts.errors import FileUnavailable, UploadFailed
from contracts.files import FileDraft, UploadProblem, UploadSlot
from gateway import files

SECRET = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret"


class LyingHost:
    """Says the same to whoever asks, and closes the connection."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.asked = 0

    def serve(self) -> None:
        with suppress(OSError):  # closed, by us or by the other
            while True:
                guest, _address = self._listener.accept()
                with guest, suppress(OSError):
                    self.asked += 1
                    guest.recv(65536)
                    guest.sendall(self._answer)

    def close(self) -> None:
        self._listener.close()


@contextmanager
def host(answer: bytes) -> Iterator[LyingHost]:
    lying = LyingHost(answer)
    threading.Thread(target=lying.serve, daemon=True).start()
    yield lying
    lying.close()


@pytest.fixture
def inner() -> Iterator[LyingHost]:
    """A server that strangers do not reach."""
    with host(SECRET) as inner:
        yield inner


def moved_to(place: LyingHost) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {place.origin}/x\r\nContent-Length: 0\r\n\r\n".encode()


def fetch(place: LyingHost) -> bytes:
    """As from our own server's place for files."""
    with files.fetched(f"{place.origin}/x", place.origin, None) as file:
        return b"".join(file.pieces)


def put(place: LyingHost, content: bytes = b"content") -> None:
    draft = FileDraft(name="x", size_bytes=len(content))
    slot = UploadSlot(put_url=f"{place.origin}/x", get_url=f"{place.origin}/x", headers={})
    files.put(slot, draft, iter([content]), None)


def test_a_host_sends_nobody_elsewhere(inner: LyingHost):
    with host(moved_to(inner)) as lying:
        with pytest.raises(FileUnavailable):
            fetch(lying)
        with pytest.raises(UploadFailed) as failed:
            put(lying)
    assert failed.value.fields["reason"] is UploadProblem.REFUSED
    assert inner.asked == 0


def test_what_is_shorter_than_was_said_is_no_file():
    lie = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort"
    with host(lie) as lying, pytest.raises(FileUnavailable):
        fetch(lying)


def test_what_is_longer_than_was_said_ends_there():
    with host(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlong after all") as lying:
        assert fetch(lying) == b"long"


def test_a_picture_whose_size_nobody_tells_ends_at_the_largest():
    pieces = repeat(b"x" * 40)
    assert b"".join(files.at_most(100, pieces)) == b"x" * 100


@pytest.mark.parametrize(
    "answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
def test_what_is_no_answer_is_told(answer: bytes):
    with host(answer) as lying:
        with pytest.raises(FileUnavailable):
            fetch(lying)
        with pytest.raises(UploadFailed):
            put(lying)
