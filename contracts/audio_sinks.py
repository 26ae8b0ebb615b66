"""Where the person speaks and listens: in a browser, or at the computer that the stack runs on."""

from contracts.base import Command, Model
from contracts.sip import AudioSink, Call


class AudioSinkState(Model):
    """Whether calls can be heard there now. A browser can come at any time."""

    audio_sink: AudioSink
    is_available: bool


class UseAudio(Command):
    """Hear a call, and those in conference with it, at this place from now on."""

    call_id: str
    audio_sink: AudioSink


class AudioSinkRpc:
    """What the sip service offers for audio sinks. Everything raises EngineDown."""

    def list_audio_sinks(self) -> list[AudioSinkState]:
        raise NotImplementedError

    def use_audio(self, request: UseAudio) -> Call:
        """Raises CallNotFound, AudioSinkUnavailable."""
        raise NotImplementedError
