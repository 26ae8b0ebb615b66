"""The echo heard through the audio socket by a program: everything but the browser."""

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


class _Ends:
    """What was sent and heard, frame by frame, and when (`time.monotonic()`)."""

    def __init__(self, connection: ClientConnection, duration_s: float) -> None:
        self._connection = connection
        audio_format = json.loads(connection.recv(timeout=5))
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
        connection.close()
        listening.join()
        self.heard = np.concatenate(self._heard)

    def sent_at(self, sample: int) -> float:
        return self._time(self._sent_at, sample)

    def heard_at(self, sample: int) -> float:
        return self._time(self._heard_at, sample)

    def _time(self, frames_at: list[float], sample: int) -> float:
        frame, offset = divmod(sample, self._frame)
        return frames_at[frame] + offset / self.rate_hz

    def _speak(self) -> None:
        pcm = (VOLUME * self.sent).astype("<i2")
        due = time.monotonic()
        for sequence in range(len(pcm) // self._frame):
            header = sequence.to_bytes(4, "little") + bytes(HEADER_BYTES - 4)
            samples = pcm[sequence * self._frame :][: self._frame]
            self._connection.send(header + samples.tobytes())
            self._sent_at.append(time.monotonic())
            due += self._frame_s
            time.sleep(max(0, due - time.monotonic()))

    def _listen(self) -> None:
        try:
            while True:
                frame = self._connection.recv()
                self._heard_at.append(time.monotonic())
                self._heard.append(np.frombuffer(frame[HEADER_BYTES:], "<i2").astype(float))
        except ConnectionClosed:
            return


def socket_loop_ms(alice: Face, duration_s: float) -> list[float]:
    """Delays from the sending of a sample to its return, once the beep is over."""
    call = alice.dial(ECHO_NUMBER)
    alice.waits_for(call, state="confirmed")
    cookies = "; ".join(f"{name}={value}" for name, value in alice.http.cookies.items())
    url = alice.address.replace("http", "ws") + "/api/v1/audio"
    with connect(url, additional_headers={"Cookie": cookies}, compression=None) as connection:
        ends = _Ends(connection, SETTLED_S + duration_s)
    alice.hang_up_everything()
    return [
        (ends.heard_at(echo.heard_at) - ends.sent_at(echo.sent_at)) * 1000
        for echo in echoes(ends.sent, ends.heard, ends.rate_hz)
        if echo.sent_at > SETTLED_S * ends.rate_hz
    ]
