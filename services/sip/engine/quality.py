"""Looks at the streams of running calls, and tells when they are heard better or worse."""

from collections.abc import Iterable
from time import monotonic

import pjsua2 as pj

from services.sip.engine.legs import Leg
from services.sip.quality import StreamFigures, is_noticeable

LOOK_PERIOD_S = 1.0
LOOKS_PER_REPORT = 5
"""Everybody is told at most that often, and only of what can be noticed."""


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
            now = leg.meter.now() if self._looks % LOOKS_PER_REPORT == 0 else None
            if now is not None and is_noticeable(leg.call.quality, now):
                leg.revise(quality=now)


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
