"""The audio socket used by a program: everything but the browser."""

import json
import threading
import time

import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.bench.sound import bursts, echoes
from tests.peers.face import HEADER_BYTES, Face

ECHO_NUMBER = "600"
SETTLED_S = 4.0
VOLUME = 8000


class Ends:
    """What was sent into one socket and heard from one, frame by frame, and when
    (`time.monotonic()`)."""

    def __init__(self, mouth: ClientConnection, ear: ClientConnection, duration_s: float) -> None:
        self._mouth, self._ear = mouth, ear
        for each in {mouth, ear}:
            audio_format = json.loads(each.recv(timeout=5))
        self.rate_hz: int = audio_format["clock_rate_hz"]
        self._frame_s: float = audio_format["frame_ms"] / 1000
        self._frame = int(self.rate_hz * self._frame_s)
        self.sent = bursts(duration_s, self.rate_hz)
        self._sent_at: list[float] = []
        self._heard: list[np.ndarray] = []
        self._heard_at: list[float] = []
        listening = threading.Thread(target=self._listen, daemon=True)
        listening.start()
        self._speak()
        ear.close()
        listening.join()
        self.heard = np.concatenate(self._heard)

    def delays_ms(self) -> list[float]:
        """From the sending of a sample to its arrival, once the beginning is over."""
        return [
            (self._time(self._heard_at, echo.heard_at) - self._time(self._sent_at, echo.sent_at))
            * 1000
            for echo in echoes(self.sent, self.heard, self.rate_hz)
            if echo.sent_at > SETTLED_S * self.rate_hz
        ]

    def _time(self, frames_at: list[float], sample: int) -> float:
        frame, offset = divmod(sample, self._frame)
        return frames_at[frame] + offset / self.rate_hz

    def _speak(self) -> None:
        pcm = (VOLUME * self.sent).astype("<i2")
        due = time.monotonic()
        for sequence in range(len(pcm) // self._frame):
            header = sequence.to_bytes(4, "little") + bytes(HEADER_BYTES - 4)
            samples = pcm[sequence * self._frame :][: self._frame]
            self._mouth.send(header + samples.tobytes())
            self._sent_at.append(time.monotonic())
            due += self._frame_s
            time.sleep(max(0, due - time.monotonic()))

    def _listen(self) -> None:
        try:
            while True:
                frame = self._ear.recv()
                self._heard_at.append(time.monotonic())
                self._heard.append(np.frombuffer(frame[HEADER_BYTES:], "<i2").astype(float))
        except ConnectionClosed:
            return


def audio_socket(face: Face) -> ClientConnection:
    """Of somebody who is signed in."""
    cookies = "; ".join(f"{name}={value}" for name, value in face.http.cookies.items())
    url = face.address.replace("http", "ws") + "/api/v1/audio"
    return connect(url, additional_headers={"Cookie": cookies}, compression=None)


def socket_loop_ms(alice: Face, duration_s: float) -> list[float]:
    """Delays from the sending of a sample to its return from the echo, once its beep is over."""
    call = alice.dial(ECHO_NUMBER)
    alice.waits_for(call, state="confirmed")
    with audio_socket(alice) as connection:
        ends = Ends(connection, connection, SETTLED_S + duration_s)
    alice.hang_up_everything()
    return ends.delays_ms()
