"""Sound checks in the engine: sounds for the person's screen, and what comes back of them."""

import itertools
from collections.abc import Iterable

import numpy as np

from contracts.errors import NoScreen, NotFound, WrongCallState
from contracts.sip import AudioSink, CallDirection
from contracts.sound_check import SoundCheck, SoundCheckState, SoundCheckStep
from services.sip.engine.legs import Leg
from services.sip.engine.media import FRAME_MS, ScreenPort
from services.sip.engine.sinks import SinkChoice
from services.sip.sound import Arrival, Samples, arrival, loudness, missing_percent, sweep

PATH_S, PATH_TAIL_S = 2.0, 1.0
ECHO_SWEEP_S, ECHO_PAUSE_S, ECHO_SWEEPS = 0.8, 0.5, 4
SAME_DELAY_S = 0.05
VOICE_S = 4.0


class Exercise:
    """One step. `exchange` runs in the library's clock thread, once per frame."""

    def __init__(self, step: SoundCheckStep, rate_hz: int) -> None:
        self.step = step
        self.is_stopped = False
        self._rate_hz = rate_hz
        self._played = _score(step, rate_hz)
        self._heard = np.zeros_like(self._played)
        self._position = 0

    @property
    def is_over(self) -> bool:
        return self.is_stopped or self._position >= len(self._played)

    def exchange(self, heard: Samples | None, frame: int) -> Samples:
        """Take a frame of the microphone, and give one for the loudspeaker."""
        start, stop = self._position, min(self._position + frame, len(self._played))
        if heard is not None:
            self._heard[start:stop] = heard[: stop - start]
        spoken = int(VOICE_S * self._rate_hz)
        if self.step is SoundCheckStep.VOICE and stop <= spoken:
            self._played[start + spoken : stop + spoken] = self._heard[start:stop]
        self._position = stop
        return self._played[start:stop]

    def report(self) -> SoundCheck:
        state = SoundCheckState.RUNNING
        if self.is_over:
            state = SoundCheckState.STOPPED if self.is_stopped else SoundCheckState.DONE
        check = SoundCheck(
            step=self.step,
            state=state,
            position_s=self._position / self._rate_hz,
            duration_s=len(self._played) / self._rate_hz,
        )
        figures = self._figures() if state is SoundCheckState.DONE else {}
        return check.model_copy(update={key: round(value, 1) for key, value in figures.items()})

    def _figures(self) -> dict[str, float]:
        if self.step is SoundCheckStep.VOICE:
            return loudness(self._heard[: int(VOICE_S * self._rate_hz)], self._rate_hz).__dict__
        if self.step is SoundCheckStep.PATH:
            return self._path()
        return self._echo()

    def _echo(self) -> dict[str, float]:
        """Without the first sweep: an echo canceller learns from it.

        What does not come back twice after the same time is no echo, but a noise in the room.
        """
        played, heard = (np.split(each, ECHO_SWEEPS)[1:] for each in (self._played, self._heard))
        found = [arrival(*each, self._rate_hz) for each in zip(played, heard, strict=True)]
        pairs = itertools.combinations([each for each in found if each is not None], 2)
        first, second = min(pairs, key=_difference_s, default=(None, None))
        if first is None or second is None or _difference_s((first, second)) > SAME_DELAY_S:
            return {}
        loss_db = -(first.gain_db + second.gain_db) / 2
        return {"delay_ms": second.delay_s * 1000, "echo_loss_db": loss_db}

    def _path(self) -> dict[str, float]:
        found = arrival(self._played, self._heard, self._rate_hz)
        if found is None:
            return {"loss_percent": 100.0}
        start = int(found.delay_s * self._rate_hz)
        margin = FRAME_MS * self._rate_hz // 1000
        returned = self._heard[start + margin : start + int(PATH_S * self._rate_hz) - margin]
        loss = missing_percent(returned, self._rate_hz)
        return {"delay_ms": found.delay_s * 1000, "loss_percent": loss}


class SoundChecks:
    """At most one at a time, and none beside a call."""

    def __init__(self, screen: ScreenPort, sinks: SinkChoice) -> None:
        self._screen = screen
        self._sinks = sinks
        self._last: Exercise | None = None
        self._audio_sink = AudioSink.BROWSER

    @property
    def audio_sink(self) -> AudioSink | None:
        """What is tried out at this moment."""
        return self._audio_sink if self._is_running else None

    def start(self, step: SoundCheckStep, audio_sink: AudioSink, legs: Iterable[Leg]) -> SoundCheck:
        if any(_has_sound(leg) for leg in legs):
            raise WrongCallState("not during a call")
        self._sinks.require(audio_sink)
        if audio_sink is AudioSink.BROWSER and self._screen.browser.to_speaker is None:
            raise NoScreen
        self.stop()
        self._audio_sink = audio_sink
        self._last = self._screen.exercise = Exercise(step, self._screen.clock_rate_hz)
        return self._last.report()

    def get(self) -> SoundCheck:
        if self._last is None:
            raise NotFound("no sound check")
        return self._last.report()

    def stop(self) -> None:
        if self._last is not None and not self._last.is_over:
            self._last.is_stopped = True

    def update(self, legs: Iterable[Leg]) -> None:
        """A call has precedence."""
        if self._is_running and any(_has_sound(leg) for leg in legs):
            self.stop()

    @property
    def _is_running(self) -> bool:
        return self._last is not None and not self._last.is_over


def _difference_s(pair: tuple[Arrival, Arrival]) -> float:
    return abs(pair[0].delay_s - pair[1].delay_s)


def _has_sound(leg: Leg) -> bool:
    return leg.call.direction is CallDirection.OUTGOING or leg.call.answered_at is not None


def _score(step: SoundCheckStep, rate_hz: int) -> Samples:
    """All that is played, with the time to wait for the last of it."""
    if step is SoundCheckStep.VOICE:
        return np.zeros(2 * int(VOICE_S * rate_hz), np.int16)
    if step is SoundCheckStep.PATH:
        return np.concatenate(
            (sweep(PATH_S, rate_hz), np.zeros(int(PATH_TAIL_S * rate_hz), np.int16))
        )
    pause = np.zeros(int(ECHO_PAUSE_S * rate_hz), np.int16)
    return np.tile(np.concatenate((sweep(ECHO_SWEEP_S, rate_hz), pause)), ECHO_SWEEPS)
