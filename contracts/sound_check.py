"""The sound check: the person's audio tried out on the whole way, without any call."""

from enum import StrEnum

from pydantic import Field

from contracts.base import Command, Model
from contracts.sip import AudioSink


class SoundCheckStep(StrEnum):
    """One thing that is tried out at a time; each takes a few seconds."""

    PATH = "path"  # a sound goes to the screen, which returns it past loudspeaker and microphone
    ECHO = "echo"  # a sound is played: how much of it comes back by the microphone?
    VOICE = "voice"  # whoever speaks for four seconds is then heard


class SoundCheckState(StrEnum):
    """STOPPED: by the person, or because a call began."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class SoundCheck(Model):
    """A step and, once it is done, what was measured. A figure that was not found is null."""

    step: SoundCheckStep
    state: SoundCheckState
    position_s: float = Field(description="how much of the step is over")
    duration_s: float
    delay_ms: float | None = Field(
        default=None, description="path: there and back; echo: by the air"
    )
    loss_percent: float | None = Field(default=None, description="path: what did not come back")
    echo_loss_db: float | None = Field(
        default=None, description="echo: how much weaker it came back; null if it did not"
    )
    speech_dbfs: float | None = Field(default=None, description="voice: its level; 0 is the limit")
    noise_dbfs: float | None = Field(default=None, description="voice: level in the pauses")
    peak_dbfs: float | None = Field(default=None, description="voice: the loudest sample")


class StartSoundCheck(Command):
    """Begin a step; one that runs is stopped."""

    step: SoundCheckStep
    audio_sink: AudioSink = AudioSink.BROWSER


class SoundCheckRpc:
    """What the sip service offers for sound checks. Everything raises EngineDown."""

    def start_sound_check(self, request: StartSoundCheck) -> SoundCheck:
        """Raises WrongCallState while there is a call, NoScreen, AudioSinkUnavailable."""
        raise NotImplementedError

    def get_sound_check(self) -> SoundCheck:
        """The last step. Raises NotFound if there was none."""
        raise NotImplementedError

    def stop_sound_check(self) -> None:
        """Without effect if none runs."""
        raise NotImplementedError
