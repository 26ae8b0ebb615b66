"""Sound checks in the engine: sounds for the person's screen, and what comes back of them."""

from collections.abc import Iterable

import numpy as np

from contracts.errors import NoScreen, NotFound, WrongCallState
from contracts.sip import CallDirection
from contracts.sound_check import SoundCheck, SoundCheckState, SoundCheckStep
from services.sip.engine.legs import Leg
from services.sip.engine.media import FRAME_MS, ScreenPort
from services.sip.sound import Samples, arrival, loudness, missing_percent, sweep

PATH_S, PATH_TAIL_S = 2.0, 1.0
ECHO_SWEEP_S, ECHO_PAUSE_S, ECHO_SWEEPS = 0.8, 0.5, 4
SAME_DELAY_S = 0.02
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
        """Of the last two sweeps: an echo canceller learns from the others.

        What does not come back twice after the same time is no echo, but a noise in the room.
        """
        windows = [np.split(each, ECHO_SWEEPS)[-2:] for each in (self._played, self._heard)]
        first, second = (
            arrival(played, heard, self._rate_hz) for played, heard in zip(*windows, strict=True)
        )
        if first is None or second is None or abs(first.delay_s - second.delay_s) > SAME_DELAY_S:
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

    def __init__(self, screen: ScreenPort) -> None:
        self._screen = screen
        self._last: Exercise | None = None

    def start(self, step: SoundCheckStep, legs: Iterable[Leg]) -> SoundCheck:
        if any(_has_sound(leg) for leg in legs):
            raise WrongCallState("not during a call")
        if self._screen.to_speaker is None:
            raise NoScreen
        self.stop()
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
        is_running = self._last is not None and not self._last.is_over
        if is_running and any(_has_sound(leg) for leg in legs):
            self.stop()


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
