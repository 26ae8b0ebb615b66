"""Audio inside the engine: the port of the person's screen."""

from collections.abc import Callable
from typing import Protocol

import pjsua2 as pj

from services.sip.engine.jitter import JitterBuffer
from services.sip.engine.splicing import Samples

FRAME_MS = 20
BYTES_PER_SAMPLE = 2


class Sink:
    """A microphone and a loudspeaker: those of a screen, or those of this computer."""

    def __init__(self, clock_rate_hz: int) -> None:
        self.clock_rate_hz = clock_rate_hz
        self.microphone = JitterBuffer(clock_rate_hz, FRAME_MS)
        self.to_speaker: Callable[[bytes], None] | None = None


class Exercise(Protocol):
    """Somebody who has the screen to himself: a sound check."""

    def exchange(self, heard: Samples | None, frame: int) -> Samples:
        """Take a frame of the microphone, and give one for the loudspeaker."""

    @property
    def is_over(self) -> bool:
        """Whether the screen is free again."""


class ScreenPort(pj.AudioMediaPort):
    """Microphone and speaker of the person, wherever they are: at one of two sinks.

    The callbacks run in the library's clock thread, one frame each: they take no lock for long, and
    call nothing of the library but the frame's own buffer.
    """

    def __init__(self, clock_rate_hz: int) -> None:
        super().__init__()
        self.clock_rate_hz = clock_rate_hz
        self.browser, self.host = Sink(clock_rate_hz), Sink(clock_rate_hz)
        self.sink = self.browser
        self.exercise: Exercise | None = None
        self._frame_bytes = clock_rate_hz * FRAME_MS // 1000 * BYTES_PER_SAMPLE
        self._silence = bytes(self._frame_bytes)
        self._heard = bytearray(self._frame_bytes)
        audio = pj.MediaFormatAudio()
        audio.init(pj.PJMEDIA_FORMAT_PCM, clock_rate_hz, 1, FRAME_MS * 1000, 16)
        self.createPort("screen", audio)

    def onFrameRequested(self, frame: pj.MediaFrame) -> None:
        samples = self.sink.microphone.pull()
        pcm = self._silence if samples is None else samples.tobytes()
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf.assign_from_bytes(pcm)
        frame.size = len(pcm)

    def onFrameReceived(self, frame: pj.MediaFrame) -> None:
        sink = self.sink
        to_speaker = sink.to_speaker
        if to_speaker is None:
            return
        exercise = self.exercise
        if exercise is not None and not exercise.is_over:
            samples = self._frame_bytes // BYTES_PER_SAMPLE
            to_speaker(exercise.exchange(sink.microphone.pull(), samples).tobytes())
            return
        if frame.type != pj.PJMEDIA_FRAME_TYPE_AUDIO or frame.size != self._frame_bytes:
            to_speaker(self._silence)
            return
        frame.buf.copy_to_bytearray(self._heard)
        to_speaker(bytes(self._heard))


def audio_only() -> pj.CallOpParam:
    """Of a request or a response with SDP: one stream of audio, and nothing else."""
    parameters = pj.CallOpParam(True)  # noqa: FBT003
    options = parameters.opt
    options.audioCount, options.videoCount, options.textCount = 1, 0, 0
    return parameters
