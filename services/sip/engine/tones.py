"""Progress tones: what a person hears while nobody speaks (ITU-T E.180)."""

from collections.abc import Iterable
from enum import Enum
from time import monotonic

import pjsua2 as pj

from contracts.sip import Call, CallDirection, CallProblem, CallState
from services.sip.engine.legs import Leg
from services.sip.engine.media import ScreenPort
from services.sip.engine.unheard import UnheardLeg

TONE_HZ = 425
TONE_VOLUME = 6000  # of 32767
BROKEN_OFF_S = 2.5
ENDED_S = 0.5


class Tone(Enum):
    """As most of Europe has them: (on ms, off ms), repeated."""

    RINGBACK = (1000, 4000)
    BUSY = (480, 480)
    CONGESTION = (240, 240)
    ENDED = (200, 200)


class TonePlayer:
    """A port of the bridge that sounds, or does not."""

    def __init__(self, clock_rate_hz: int) -> None:
        self.media = pj.ToneGenerator()
        self.media.createToneGenerator(clock_rate_hz, 1)
        self._playing: Tone | None = None

    def play(self, tone: Tone | None) -> None:
        """This one from now on; what sounds already goes on."""
        if tone is self._playing:
            return
        self._playing = tone
        self.media.stop()
        if tone is not None:
            description = pj.ToneDesc()
            description.freq1, description.freq2 = TONE_HZ, 0
            description.on_msec, description.off_msec = tone.value
            description.volume = TONE_VOLUME
            tones = pj.ToneDescVector()
            tones.append(description)
            self.media.play(tones, loop=True)


def closing_tone(problem: CallProblem | None) -> Tone:
    """What tells how a call ended."""
    if problem is None:
        return Tone.ENDED
    return Tone.BUSY if problem is CallProblem.BUSY else Tone.CONGESTION


class ProgressTones:
    """At most one tone at a time, and none over a voice; of calls that are heard here."""

    def __init__(self, screen: ScreenPort) -> None:
        self._player = TonePlayer(screen.clock_rate_hz)
        self._player.media.startTransmit(screen)
        self._closing = Tone.ENDED
        self._closing_until = 0.0

    def ended(self, call: Call) -> None:
        """Say for a moment how a call ended; a ring that was not answered just stops."""
        is_unanswered = call.direction is CallDirection.INCOMING and call.answered_at is None
        if is_unanswered or call.placed_on is not None:
            return
        self._closing = closing_tone(call.problem)
        duration_s = ENDED_S if call.problem is None else BROKEN_OFF_S
        self._closing_until = monotonic() + duration_s

    def update(self, legs: Iterable[Leg]) -> None:
        """Play what fits the calls as they are now."""
        here = [leg for leg in legs if not isinstance(leg, UnheardLeg)]
        self._player.play(self._fitting(here))

    def _fitting(self, legs: list[Leg]) -> Tone | None:
        if any(leg.is_heard for leg in legs):
            return None
        if any(_rings_there(leg.call) for leg in legs):
            return Tone.RINGBACK
        return self._closing if monotonic() < self._closing_until else None


def _rings_there(call: Call) -> bool:
    return call.direction is CallDirection.OUTGOING and call.state is CallState.EARLY
