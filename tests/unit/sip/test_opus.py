"""Packets of Opus, and what is none."""

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.audio_socket import AudioCodec
from services.sip.engine.codecs import MalformedPayload, codec_of
from services.sip.engine.opus import OpusDecoder, OpusEncoder

RATE_HZ, FRAME, TONE_HZ = 16_000, 320, 700


def tone(frames: int) -> list[bytes]:
    t = np.arange(frames * FRAME) / RATE_HZ
    sound = (8000 * np.sin(2 * np.pi * TONE_HZ * t)).astype("<i2")
    return [frame.tobytes() for frame in sound.reshape(frames, FRAME)]


def test_a_tone_that_was_packed_is_still_that_tone():
    page, engine = codec_of(AudioCodec.OPUS, 48_000), codec_of(AudioCodec.OPUS, RATE_HZ)
    packets = [engine.encode(frame) for frame in tone(50)]
    sound = np.frombuffer(b"".join(map(page.decode, packets)), "<i2").astype(float)

    assert len(sound) == 50 * 960  # the page's rate is its own choice
    assert sum(map(len, packets)) < 50 * FRAME * 2 / 6
    spectrum = np.abs(np.fft.rfft(sound[9600:]))
    assert np.argmax(spectrum) * 48_000 / len(sound[9600:]) == pytest.approx(TONE_HZ, abs=5)
    assert np.sqrt(np.mean(sound[9600:] ** 2)) == pytest.approx(8000 / np.sqrt(2), rel=0.1)


@given(st.binary(max_size=1500))
def test_whatever_comes_is_sound_or_malformed(payload: bytes):
    codec = codec_of(AudioCodec.OPUS, RATE_HZ)
    with suppress(MalformedPayload):
        assert len(codec.decode(payload)) <= RATE_HZ * 2 * 0.12
    assert codec.decode(OpusEncoder(RATE_HZ).encode(bytes(2 * FRAME)))  # and it goes on


@pytest.mark.parametrize("payload", [b"", b"\xff\xff\xff\x01", bytes(1400) + b"\xff"])
def test_what_is_no_packet_is_malformed(payload: bytes):
    with pytest.raises(MalformedPayload):
        codec_of(AudioCodec.OPUS, RATE_HZ).decode(payload)


def test_half_a_sample_is_malformed_pcm():
    with pytest.raises(MalformedPayload):
        codec_of(AudioCodec.PCM, RATE_HZ).decode(bytes(3))


def test_a_packet_of_two_channels_is_mixed():
    """Nobody asked for stereo; RFC 7587 section 3.4 has the receiver take it."""
    stereo_bit = 0x04
    packet = bytearray(OpusEncoder(RATE_HZ).encode(bytes(2 * FRAME)))
    packet[0] |= stereo_bit
    assert len(OpusDecoder(RATE_HZ).decode(bytes(packet))) == 2 * FRAME
