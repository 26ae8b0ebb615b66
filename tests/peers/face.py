"""A face without a browser: what a program does over REST, events and the audio socket."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Self
from uuid import uuid4

import httpx
import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from contracts.audio_socket import AudioCodec
from services.sip.engine.opus import OpusDecoder, OpusEncoder
from tests.peers.ear import Ear, Late, eventually

HEADER_BYTES = 16
FRAME_S = 0.02

SIGN_IN_DEADLINE_S = 10
"""Nobody waits longer at the sign-in page, whatever the server does."""

Json = dict[str, Any]


class Face:
    """One signed-in client of one stack. `source` is the loopback address that it comes from."""

    def __init__(self, address: str, source: str = "127.0.0.1") -> None:
        self.address = address.replace("localhost", "127.0.0.1")
        transport = httpx.HTTPTransport(local_address=source)
        self.http = httpx.Client(base_url=self.address, transport=transport, timeout=15)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    # REST

    def request(self, method: str, path: str, body: Json | None = None, **options: Any) -> Any:
        return self.http.request(method, path, json=body, **options)

    def sign_in(self, user: str = "alice@practice", password: str | None = None,
                server: str = "practice", *, remember: bool = False,
                **sides: Json | str) -> httpx.Response:  # fmt: skip
        credentials = {
            "user": user,
            "password": password or f"{user.partition('@')[0]}-practice",
            "server": server,
            "remember": remember,
            **sides,
        }
        return self.request("POST", "/api/v1/session", credentials, timeout=SIGN_IN_DEADLINE_S)

    def dial(self, target: str) -> Json:
        response = self.request("POST", "/api/v1/calls", {"target": target})
        assert response.status_code == 201, response.text
        return response.json()

    def call(self, call_id: str) -> Json:
        response = self.request("GET", f"/api/v1/calls/{call_id}")
        assert response.status_code == 200, response.text
        return response.json()

    def calls(self) -> list[Json]:
        return self.request("GET", "/api/v1/calls").json()["items"]

    def command(self, call: Json, verb: str, body: Json | None = None) -> httpx.Response:
        return self.request("POST", f"/api/v1/calls/{call['call_id']}/{verb}", body)

    def hang_up_everything(self) -> None:
        for call in self.calls():
            self.command(call, "hang-up")
        eventually(lambda: not self.calls(), what="calls that do not end")

    def waits_for(self, call: Json, *, within_s: float = 6, **expected: Any) -> Json:
        """The call, once it has all the expected values."""

        found: Json = {}

        def look() -> Json | None:
            found.clear()
            found.update(self.request("GET", f"/api/v1/calls/{call['call_id']}").json())
            return found if expected.items() <= found.items() else None

        try:
            return eventually(look, within_s=within_s)
        except Late as late:
            raise Late(f"{expected} in {found}") from late

    def is_called(self, *, within_s: float = 10) -> Json:
        """The first incoming call."""

        def look() -> Json | None:
            return next((call for call in self.calls() if call["direction"] == "incoming"), None)

        return eventually(look, within_s=within_s, what="no incoming call")

    def journal(self, **query: Any) -> Json:
        response = self.request("GET", "/api/v1/journal", params=query)
        assert response.status_code == 200, response.text
        return response.json()

    def journal_entry(self, call: Json, **expected: Any) -> Json:
        """The call's entry, once it has all the expected values."""

        def look() -> Json | None:
            items = self.journal(limit=50)["items"]
            found = next((item for item in items if item["entry_id"] == call["call_id"]), None)
            return found if found is not None and expected.items() <= found.items() else None

        return eventually(look, what=f"no journal entry with {expected}")

    def looks_at_the_journal(self) -> None:
        """So that no call is missed that nobody has seen."""
        for entry in self.journal(limit=1)["items"]:
            seen = self.request("POST", "/api/v1/journal/seen", {"entry_id": entry["entry_id"]})
            assert seen.status_code == 200, seen.text

    def contacts(self) -> dict[str, Json]:
        """By their names."""
        response = self.request("GET", "/api/v1/contacts")
        assert response.status_code == 200, response.text
        return {each["name"]: each for each in response.json()["items"]}

    # events

    def stream(self, after: str) -> Iterator[tuple[str, Json | str]]:
        """(id, event) as they come; ("", "reset") for a reset."""
        with self.http.stream(
            "GET", "/api/v1/events", params={"after": after}, timeout=30
        ) as response:
            assert response.status_code == 200
            event_id = ""
            kind = "message"
            for line in response.iter_lines():
                field, _colon, value = line.partition(": ")
                if field == "id":
                    event_id = value
                elif field == "event":
                    kind = value
                elif field == "data" and kind == "reset":
                    yield "", "reset"
                elif field == "data":
                    yield event_id, json.loads(value)

    def key(self) -> dict[str, str]:
        """A fresh Idempotency-Key."""
        return {"Idempotency-Key": uuid4().hex}


class Screen(Ear):
    """A microphone that plays a tone, and a speaker that is recorded; over the audio socket."""

    def __init__(
        self, face: Face, tone_hz: float = 0, *, speaks: bool = True, query: str = ""
    ) -> None:
        self._face, self._query = face, query
        self._stack = ExitStack()
        self._socket = self._mouth = self.connect()
        self.format = json.loads(self._socket.recv(timeout=5))
        super().__init__(self.format["clock_rate_hz"])
        self.tone_hz = tone_hz
        self.close_code: int | None = None
        self.close_reason = ""
        self.is_closed = False
        self.heard_frames = self.heard_bytes = 0
        self._is_open = True
        is_packed = self.format["codec"] == AudioCodec.OPUS
        self._encoder = OpusEncoder(self.rate_hz) if is_packed else None
        self._decoder = OpusDecoder(self.rate_hz) if is_packed else None
        runs = (self._speak, self._listen) if speaks else (self._listen,)
        self._threads = [threading.Thread(target=run, daemon=True) for run in runs]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_open = False
        self._stack.close()
        for thread in self._threads:
            thread.join(2)

    def connect(self, query: str = "") -> ClientConnection:
        """Another socket of this screen; it ends with it."""
        face = self._face
        cookies = "; ".join(f"{name}={value}" for name, value in face.http.cookies.items())
        url = face.address.replace("http", "ws") + f"/api/v1/audio?{self._query}{query}"
        headers = {"Cookie": cookies}
        connection = connect(url, additional_headers=headers, compression=None)
        return self._stack.enter_context(connection)

    def speaks_by(self, socket: ClientConnection) -> None:
        """From now on; what is heard comes by the first one still."""
        self._mouth = socket

    def send(self, payload: bytes, sequence: int = 0) -> None:
        """One frame."""
        self._mouth.send(sequence.to_bytes(4, "little") + bytes(HEADER_BYTES - 4) + payload)

    def _speak(self) -> None:
        samples = int(self.rate_hz * FRAME_S)
        sequence, due = 0, time.monotonic()
        while self._is_open:
            t = (np.arange(samples) + sequence * samples) / self.rate_hz
            pcm = (8000 * np.sin(2 * np.pi * self.tone_hz * t)).astype("<i2").tobytes()
            try:
                self.send(self._encoder.encode(pcm) if self._encoder else pcm, sequence)
            except ConnectionClosed:
                return
            sequence += 1
            due += FRAME_S
            threading.Event().wait(max(0, due - time.monotonic()))

    def _listen(self) -> None:
        try:
            while True:
                payload = self._socket.recv()[HEADER_BYTES:]
                self.heard_frames += 1
                self.heard_bytes += len(payload)
                self.take(self._decoder.decode(payload) if self._decoder else payload)
        except ConnectionClosed as closed:
            if closed.rcvd is not None:
                self.close_code, self.close_reason = closed.rcvd.code, closed.rcvd.reason
            self.is_closed = True
