"""Looks at the streams of running calls, and tells when they are heard better or worse."""

from collections.abc import Iterable
from time import monotonic

import pjsua2 as pj

from contracts.quality import QualityProblem
from services.sip.engine.legs import Leg
from services.sip.quality import StreamFigures, is_noticeable

LOOK_PERIOD_S = 1.0
LOOKS_PER_REPORT = 5
"""Everybody is told at most that often, and only of what can be noticed; of silence at once."""


class QualityWatch:
    """Once a second."""

    def __init__(self) -> None:
        self._look_due_at = 0.0
        self._looks = 0

    def update(self, legs: Iterable[Leg]) -> None:
        """Look, if it is time to."""
        if monotonic() < self._look_due_at:
            return
        self._look_due_at = monotonic() + LOOK_PERIOD_S
        self._looks += 1
        for leg in legs:
            figures = _figures_of(leg)
            if figures is None:
                continue
            leg.meter.look(figures)
            is_news = leg.meter.is_silent is not _is_told_silent(leg)
            is_due = is_news or self._looks % LOOKS_PER_REPORT == 0
            now = leg.meter.now() if is_due else None
            if now is not None and is_noticeable(leg.call.quality, now):
                leg.revise(quality=now)


def _is_told_silent(leg: Leg) -> bool:
    """Whether everybody has been told so."""
    quality = leg.call.quality
    return quality is not None and quality.problem is QualityProblem.NO_SOUND


def _figures_of(leg: Leg) -> StreamFigures | None:
    """None while nothing is to be heard."""
    if leg.received_packets() is None:
        return None
    try:
        streams, codec = leg.getStreamStat(0), leg.getStreamInfo(0).codecName
    except pj.Error:  # between two streams
        return None
    received, sent = streams.rtcp.rxStat, streams.rtcp.txStat
    round_trip = streams.rtcp.rttUsec
    return StreamFigures(
        codec=codec,
        received=received.pkt,
        lost=received.loss,
        late=streams.jbuf.discard,
        sent=sent.pkt,
        sent_lost=sent.loss if sent.updateCount else None,
        jitter_ms=received.jitterUsec.last / 1000 if received.jitterUsec.n else 0,
        buffered_ms=streams.jbuf.avgDelayMsec,
        round_trip_ms=round_trip.last / 1000 if round_trip.n else None,
    )
