"""Opus (RFC 6716), by the system's libopus: one frame of speech in, one packet out, and back."""

import ctypes

_libopus = ctypes.CDLL("libopus.so.0")
_libopus.opus_encoder_create.restype = ctypes.c_void_p
_libopus.opus_decoder_create.restype = ctypes.c_void_p
_libopus.opus_strerror.restype = ctypes.c_char_p

_APPLICATION_VOIP = 2048
_SET_BITRATE, _SET_COMPLEXITY, _SET_SIGNAL = 4002, 4010, 4024
_SIGNAL_VOICE = 3001
_INVALID_PACKET = -4

BIT_RATE_BPS = 32_000
COMPLEXITY = 3
"""Less than a tenth of a millisecond a frame; 10 takes three times as long."""
LONGEST_PACKET_BYTES, LONGEST_PACKET_MS = 1275, 120
BYTES_PER_SAMPLE = 2


class OpusError(Exception):
    """What libopus says of a packet or of its own set-up."""

    def __init__(self, code: int) -> None:
        super().__init__(_libopus.opus_strerror(code).decode())


class OpusEncoder:
    """Mono speech to packets of one frame each, at a variable bit rate."""

    def __init__(self, clock_rate_hz: int) -> None:
        error = ctypes.c_int()
        self._state = ctypes.c_void_p(
            _libopus.opus_encoder_create(clock_rate_hz, 1, _APPLICATION_VOIP, ctypes.byref(error))
        )
        _require(error.value)
        self._packet = ctypes.create_string_buffer(LONGEST_PACKET_BYTES)
        self._set(_SET_BITRATE, BIT_RATE_BPS)
        self._set(_SET_COMPLEXITY, COMPLEXITY)
        self._set(_SET_SIGNAL, _SIGNAL_VOICE)

    def __del__(self) -> None:
        _libopus.opus_encoder_destroy(self._state)

    def encode(self, pcm: bytes) -> bytes:
        """Of 20 ms, or another length that RFC 6716 section 2.1.4 has."""
        size = _libopus.opus_encode(
            self._state, pcm, len(pcm) // BYTES_PER_SAMPLE, self._packet, LONGEST_PACKET_BYTES
        )
        _require(size)
        return self._packet.raw[:size]

    def _set(self, request: int, value: int) -> None:
        _require(_libopus.opus_encoder_ctl(self._state, request, ctypes.c_int(value)))


class OpusDecoder:
    """Packets to mono speech; takes whatever a packet says about its bandwidth and channels."""

    def __init__(self, clock_rate_hz: int) -> None:
        error = ctypes.c_int()
        self._state = ctypes.c_void_p(
            _libopus.opus_decoder_create(clock_rate_hz, 1, ctypes.byref(error))
        )
        _require(error.value)
        self._longest = clock_rate_hz * LONGEST_PACKET_MS // 1000
        self._pcm = ctypes.create_string_buffer(self._longest * BYTES_PER_SAMPLE)

    def __del__(self) -> None:
        _libopus.opus_decoder_destroy(self._state)

    def decode(self, packet: bytes) -> bytes:
        """Raises OpusError if it is malformed."""
        if not packet:  # libopus would take it for a lost one
            raise OpusError(_INVALID_PACKET)
        samples = _libopus.opus_decode(
            self._state, packet, len(packet), self._pcm, self._longest, 0
        )
        _require(samples)
        return self._pcm.raw[: samples * BYTES_PER_SAMPLE]


def _require(result: int) -> None:
    if result < 0:
        raise OpusError(result)
