"""What a screen's frames carry: samples as they are, or packed."""

from typing import Protocol

from contracts.audio_socket import AudioCodec
from services.sip.engine.opus import BYTES_PER_SAMPLE, OpusDecoder, OpusEncoder, OpusError

OPUS_CLOCK_RATE_HZ = 48_000


class MalformedPayload(Exception):
    """This is no frame of that codec."""


class Codec(Protocol):
    """Both directions of one screen."""

    clock_rate_hz: int
    """That the screen is told."""

    def encode(self, pcm: bytes) -> bytes:
        """The payload of a frame."""

    def decode(self, payload: bytes) -> bytes:
        """Samples at the engine's rate. Raises MalformedPayload."""


class Pcm:
    """Samples, 16 bit."""

    def __init__(self, clock_rate_hz: int) -> None:
        self.clock_rate_hz = clock_rate_hz

    def encode(self, pcm: bytes) -> bytes:
        return pcm

    def decode(self, payload: bytes) -> bytes:
        if len(payload) % BYTES_PER_SAMPLE:
            raise MalformedPayload
        return payload


class Opus:
    """No redundancy of its own (in-band FEC): TCP loses nothing, it only comes late."""

    clock_rate_hz = OPUS_CLOCK_RATE_HZ

    def __init__(self, clock_rate_hz: int) -> None:
        self._encoder = OpusEncoder(clock_rate_hz)
        self._decoder = OpusDecoder(clock_rate_hz)

    def encode(self, pcm: bytes) -> bytes:
        return self._encoder.encode(pcm)

    def decode(self, payload: bytes) -> bytes:
        try:
            return self._decoder.decode(payload)
        except OpusError as error:
            raise MalformedPayload(str(error)) from error


def codec_of(kind: AudioCodec, clock_rate_hz: int) -> Codec:
    """For an engine that runs at this rate."""
    return Opus(clock_rate_hz) if kind is AudioCodec.OPUS else Pcm(clock_rate_hz)
