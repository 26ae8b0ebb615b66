"""Which sink the screen port leads to: that of the call that is talked on."""

from collections.abc import Iterable
from pathlib import Path
from time import monotonic

from contracts.audio_sinks import AudioSinkState
from contracts.errors import AudioSinkUnavailable
from contracts.sip import AudioSink, Call, CallDirection
from services.sip.engine.conferences import together
from services.sip.engine.host_audio import HostAudio
from services.sip.engine.legs import Leg
from services.sip.engine.media import ScreenPort

LAST_TONE_S = 4.0
"""Nobody is to be heard any more, but the tone that says so still is."""


class SinkChoice:
    """The computer's devices are open only while they are used."""

    def __init__(self, screen: ScreenPort, sound_server: Path | None) -> None:
        self._screen = screen
        self._host = HostAudio(sound_server, screen.host)
        self._close_at = 0.0

    def close(self) -> None:
        self._host.close()

    def states(self) -> list[AudioSinkState]:
        return [
            AudioSinkState(audio_sink=AudioSink.BROWSER, is_available=True),
            AudioSinkState(audio_sink=AudioSink.HOST, is_available=self._host.is_available),
        ]

    def require(self, audio_sink: AudioSink) -> None:
        """Raises AudioSinkUnavailable."""
        if audio_sink is AudioSink.HOST and not self._host.is_available:
            raise AudioSinkUnavailable

    def use(self, audio_sink: AudioSink, leg: Leg, legs: Iterable[Leg]) -> Call:
        """Hear a call, and those in conference with it, there. Raises AudioSinkUnavailable."""
        self.require(audio_sink)
        for each in together(leg, legs):
            each.revise(audio_sink=audio_sink)
        return leg.call

    def update(self, legs: Iterable[Leg], tried: AudioSink | None) -> None:
        """Follow the calls; `tried` is what a sound check is for."""
        wanted = tried or next((leg.call.audio_sink for leg in legs if _is_heard(leg)), None)
        if wanted is AudioSink.HOST:
            self._close_at = monotonic() + LAST_TONE_S
            self._host.open()
            self._screen.sink = self._screen.host
        elif wanted is AudioSink.BROWSER or monotonic() > self._close_at:
            self._screen.sink = self._screen.browser
            self._host.close()


def _is_heard(leg: Leg) -> bool:
    is_incoming = leg.call.direction is CallDirection.INCOMING and leg.call.answered_at is None
    return leg.wants_audio() and not is_incoming
