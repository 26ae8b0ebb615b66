"""The audio socket: how a screen's voice goes to the stack and back."""

from enum import IntEnum, StrEnum

from contracts.base import Model


class AudioCodec(StrEnum):
    """What the payload of a frame is: PCM, 16 bit signed, little-endian; or an Opus packet."""

    PCM = "pcm"
    OPUS = "opus"


class AudioFormat(Model):
    """First message on the audio socket: how the binary frames after it are made up.

    A frame is a header of 16 bytes, little-endian (sequence number u32, reserved u32, sender's
    clock in seconds f64), then the payload, mono.
    """

    clock_rate_hz: int
    """Of an Opus packet always 48 kHz (RFC 7587 section 4.1); both ends may use any other."""
    frame_ms: int
    codec: AudioCodec = AudioCodec.PCM
    lane: str | None = None
    """By this name a second socket may carry the same frames, so that one that is stuck is not
    waited for."""


class AudioHello(Model):
    """First line on the engine's audio port."""

    token: str
    codec: AudioCodec = AudioCodec.PCM
    lane: str | None = None
    """Of a screen that is there already."""


class AudioClose(IntEnum):
    """Why the stack closes an audio socket: codes of the WebSocket (RFC 6455 section 7.4.2)."""

    SIGN_IN_REQUIRED = 4000
    REPLACED = 4001
    ENGINE_AWAY = 4002
    UNKNOWN_CODEC = 4003
    MALFORMED_FRAME = 4004

    @property
    def reason(self) -> str:
        """For a person who reads logs."""
        return _REASONS[self]


_REASONS = {
    AudioClose.SIGN_IN_REQUIRED: "sign in",
    AudioClose.REPLACED: "another screen took the audio",
    AudioClose.ENGINE_AWAY: "engine away",
    AudioClose.UNKNOWN_CODEC: f"unknown codec; there are {', '.join(AudioCodec)}",
    AudioClose.MALFORMED_FRAME: "malformed frame",
}
