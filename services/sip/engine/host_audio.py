"""Loudspeaker and microphone of this computer, by the socket of PulseAudio or PipeWire."""

import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
from pasimple import (
    PA_SAMPLE_S16LE,
    PA_STREAM_PLAYBACK,
    PA_STREAM_RECORD,
    PaSimple,
    PaSimpleError,
)

from services.sip.engine.jitter import JitterBuffer
from services.sip.engine.media import BYTES_PER_SAMPLE, FRAME_MS, Sink

log = structlog.get_logger(__name__)

PLAYBACK_MS = 30
FRAGMENT_MS = 10
KNOCK_TIMEOUT_S = 0.2
RETRY_S = 1.0

# the sound server puts its echo canceller between us and the devices, if it can
os.environ |= {"PULSE_PROP_media.role": "phone", "PULSE_PROP_filter.want": "echo-cancel"}


class HostAudio:
    """Devices that are open while they are used; each has a thread and a clock of its own."""

    def __init__(self, server: Path | None, sink: Sink) -> None:
        self._server = server
        self._sink = sink
        self._speaker = JitterBuffer(sink.clock_rate_hz, FRAME_MS)
        self._closed: threading.Event | None = None

    @property
    def is_available(self) -> bool:
        """Whether the sound server takes connections."""
        if self._server is None:
            return False
        with socket.socket(socket.AF_UNIX) as knock:
            knock.settimeout(KNOCK_TIMEOUT_S)
            return knock.connect_ex(str(self._server)) == 0

    def open(self) -> None:
        """Also a second time."""
        if self._closed is not None:
            return
        self._closed = closed = threading.Event()
        self._speaker.attach()
        self._sink.microphone.attach()
        self._sink.to_speaker = self._speaker.push
        for run in (self._play, self._record):
            threading.Thread(target=self._keep, args=(run, closed), daemon=True).start()
        log.info("host audio open")

    def close(self) -> None:
        """Also a second time."""
        if self._closed is None:
            return
        self._closed.set()
        self._closed = self._sink.to_speaker = None
        self._sink.microphone.detach()
        log.info("host audio closed")

    def _keep(self, run: Callable[[threading.Event], None], closed: threading.Event) -> None:
        """A sound server that is started again is used again."""
        while not closed.is_set():
            try:
                run(closed)
            except PaSimpleError as error:
                log.warning("host audio lost", reason=str(error))
                closed.wait(RETRY_S)

    def _play(self, closed: threading.Event) -> None:
        silence = bytes(self._bytes(FRAME_MS))
        with self._stream(PA_STREAM_PLAYBACK, tlength=self._bytes(PLAYBACK_MS)) as stream:
            while not closed.is_set():
                samples = self._speaker.pull()
                stream.write(silence if samples is None else samples.tobytes())

    def _record(self, closed: threading.Event) -> None:
        fragment = self._bytes(FRAGMENT_MS)
        with self._stream(PA_STREAM_RECORD, fragsize=fragment) as stream:
            while not closed.is_set():
                self._sink.microphone.push(stream.read(fragment))

    def _stream(self, direction: int, **buffer: int) -> PaSimple:
        return PaSimple(
            direction,
            PA_SAMPLE_S16LE,
            1,
            self._sink.clock_rate_hz,
            app_name="Handset",
            server_name=f"unix:{self._server}",
            **buffer,
        )

    def _bytes(self, duration_ms: int) -> int:
        return self._sink.clock_rate_hz * duration_ms // 1000 * BYTES_PER_SAMPLE
