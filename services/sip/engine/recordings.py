"""Recordings that are being made: what all parties say, in one file."""

import shutil
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pjsua2 as pj
import structlog

from bus.settings import Settings
from contracts.recordings import Recording
from contracts.sip import Microphone
from services.sip.engine.conferences import together
from services.sip.engine.legs import Leg
from services.sip.engine.media import ScreenPort
from services.sip.engine.wires import FixedEnd, Wire
from services.sip.recordings import ended, is_recorded, mend

log = structlog.get_logger(__name__)

TONE_HZ, TONE_MS, TONE_PERIOD_MS = 1400, 500, 15_000
"""The recorder warning tone of Federal Standard 1037C, which is part of the recording, too."""
TONE_VOLUME = 5000  # of 32,767
ROOM_PERIOD_S = 5.0
MB = 1_000_000


class Recorder:
    """One file, and the tone that tells of it."""

    def __init__(self, file_of: Callable[[str], Path], screen: ScreenPort) -> None:
        self.recording = Recording(recording_id=uuid4().hex, started_at=datetime.now(UTC))
        self._screen = FixedEnd(screen)
        writer = pj.AudioMediaRecorder()
        writer.createRecorder(str(file_of(self.recording.recording_id)))
        self._writer = FixedEnd(writer)
        tone = pj.ToneGenerator()
        tone.createToneGenerator(screen.clock_rate_hz, 1)
        self._tone = FixedEnd(tone)
        self._told: set[Leg] = set()

    def records(self, leg: Leg) -> bool:
        """Whether a call is being recorded here."""
        own_id = self.recording.recording_id
        return any(
            each.recording_id == own_id and each.ended_at is None for each in leg.call.recordings
        )

    def wires(self, legs: Iterable[Leg]) -> set[Wire]:
        """Everybody is recorded, and everybody hears the tone, who comes later too."""
        audible = {leg for leg in legs if leg.media is not None and leg.wants_audio()}
        if audible - self._told:
            self._beep()
        self._told = audible
        wires: set[Wire] = {(self._tone, self._screen), (self._tone, self._writer)}
        for leg in audible:
            wires |= {(leg, self._writer), (self._tone, leg)}
        if any(leg.call.microphone is Microphone.LIVE for leg in audible):
            wires.add((self._screen, self._writer))
        return wires

    def _beep(self) -> None:
        """Now, and then again and again."""
        tone = pj.ToneDesc()
        tone.freq1, tone.volume = TONE_HZ, TONE_VOLUME
        tone.on_msec, tone.off_msec = TONE_MS, TONE_PERIOD_MS - TONE_MS
        self._tone.media.stop()
        self._tone.media.play(pj.ToneDescVector([tone]), True)  # noqa: FBT003


class Recordings:
    """All that are being made. Who joins a conference that is recorded is recorded as well."""

    def __init__(self, settings: Settings, screen: ScreenPort) -> None:
        self._settings = settings
        self._screen = screen
        self._recorders: list[Recorder] = []
        self._over: list[Recorder] = []
        self._room_due_at = 0.0
        settings.recordings_directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        mend(settings.recordings_directory)

    def start(self, leg: Leg, legs: Collection[Leg]) -> None:
        """Of a call and its conference; one that is recorded already is recorded on."""
        leg.require_confirmed()
        if not is_recorded(leg.call.recordings):
            recorder = Recorder(self._settings.recording_file, self._screen)
            self._recorders.append(recorder)
            log.info("recording begins", call_id=leg.call.call_id)
            for each in together(leg, legs):
                _add(recorder, each)

    def stop(self, leg: Leg, legs: Collection[Leg]) -> None:
        """Of a call and its conference."""
        now = datetime.now(UTC)
        for each in together(leg, legs):
            each.revise(recordings=ended(each.call.recordings, now))

    def wires(self, legs: Collection[Leg]) -> set[Wire]:
        """What recordings need now. Those without a call are over, and let go of by `release`."""
        if self._recorders and monotonic() >= self._room_due_at:
            self._room_due_at = monotonic() + ROOM_PERIOD_S
            self._stop_without_room(legs)
        wires: set[Wire] = set()
        for recorder in list(self._recorders):
            recorded = [leg for leg in legs if recorder.records(leg)]
            for joined in {each for leg in recorded for each in together(leg, legs)}:
                if joined not in recorded:
                    _add(recorder, joined)
                    recorded.append(joined)
            if recorded:
                wires |= recorder.wires(recorded)
            else:
                self._recorders.remove(recorder)
                self._over.append(recorder)
        return wires

    def release(self) -> None:
        """Close the files that no wire leads to any more."""
        self._over.clear()

    def close(self) -> None:
        """Before the library is destroyed."""
        self._recorders.clear()
        self._over.clear()

    def _stop_without_room(self, legs: Collection[Leg]) -> None:
        free_mb = shutil.disk_usage(self._settings.recordings_directory).free // MB
        if free_mb < self._settings.least_free_mb:
            log.warning("recordings stopped: the disk is nearly full")
            for leg in legs:
                self.stop(leg, legs)


def _add(recorder: Recorder, leg: Leg) -> None:
    leg.revise(recordings=(*leg.call.recordings, recorder.recording))
