"""The sound check."""

from contracts.base import Model
from contracts.errors import AudioSinkUnavailable, EngineDown, NoScreen, NotFound, WrongCallState
from contracts.sip import AudioSink
from contracts.sound_check import SoundCheck, SoundCheckStep, StartSoundCheck
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("sound-check")


class SoundCheckChoice(Model):
    """What to try out."""

    step: SoundCheckStep
    audio_sink: AudioSink = AudioSink.BROWSER


@api.operation(
    "POST",
    "/api/v1/sound-check",
    status=201,
    errors=(WrongCallState, NoScreen, AudioSinkUnavailable, EngineDown),
)
def start_sound_check(body: SoundCheckChoice) -> SoundCheck:
    """Try out the screen that has the audio; `GET` tells how it went.

    Not while there is a call; a call that begins stops it.
    """
    command = StartSoundCheck(step=body.step, audio_sink=body.audio_sink, **request_id())
    return parts().sound_checks.start_sound_check(command)


@api.operation("GET", "/api/v1/sound-check", errors=(NotFound, EngineDown))
def get_sound_check() -> SoundCheck:
    """The step that runs, or ran last; figures once its `state` is `done`."""
    return parts().sound_checks.get_sound_check()


@api.operation("DELETE", "/api/v1/sound-check", status=204, errors=(EngineDown,))
def stop_sound_check() -> None:
    """Stop the step that runs."""
    parts().sound_checks.stop_sound_check()
