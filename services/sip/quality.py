"""How well a call is heard: figures of its RTP streams, and the E-model of ITU-T G.107."""

from collections import deque
from dataclasses import dataclass
from math import log2

from contracts.quality import CallQuality, QualityProblem, QualityRating

R_WITHOUT_IMPAIRMENT = 93.2
"""All parameters at their defaults (G.107 table 2)."""
LOSS_ROBUSTNESS = 25.1
"""Bpl of G.711 with concealment of losses (G.113 table I.3).

G.722 and Opus, of which the narrow-band model knows nothing, are taken to be as robust.
"""
GOOD_FROM_R, FAIR_FROM_R = 80.0, 70.0
PACKET_MS = 20.0
WINDOW_LOOKS = 6


@dataclass(frozen=True)
class StreamFigures:
    """Of the streams of a call, counted from the beginning of the streams on."""

    codec: str
    received: int
    lost: int
    late: int
    """Thrown away by the jitter buffer."""
    sent: int
    sent_lost: int | None
    jitter_ms: float
    buffered_ms: float
    round_trip_ms: float | None


def delay_impairment(delay_ms: float) -> float:
    """Idd, G.107 section 3.5: what a delay of one way takes from R, without any echo."""
    if delay_ms <= 100:
        return 0
    x = log2(delay_ms / 100)
    first: float = (1 + x**6) ** (1 / 6)
    second: float = 3 * (1 + (x / 3) ** 6) ** (1 / 6)
    return 25 * (first - second + 2)


def loss_impairment(loss_percent: float) -> float:
    """Ie,eff, G.107 section 3.6, for losses at random and a codec that impairs nothing itself."""
    return 95 * loss_percent / (loss_percent + LOSS_ROBUSTNESS)


def mean_opinion_score(r: float) -> float:
    """MOS of conversational quality that belongs to a rating factor R (G.107 annex B)."""
    if r >= 100:
        return 4.5
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6) if r > 0 else 1.0


def rating_of(r: float) -> QualityRating:
    """The category of ITU-T G.109 that a rating factor falls into."""
    if r >= GOOD_FROM_R:
        return QualityRating.GOOD
    return QualityRating.FAIR if r >= FAIR_FROM_R else QualityRating.POOR


def quality_between(first: StreamFigures, last: StreamFigures, jitter_ms: float) -> CallQuality:
    """Between two looks at the same streams; `jitter_ms` is what it was on average."""
    received, lost = last.received - first.received, last.lost - first.lost
    late = min(last.late - first.late, received)
    lost_percent = _percent(lost, received + lost)
    loss_percent = _percent(lost + late, received + lost)
    sent_loss = None
    if last.sent_lost is not None:
        sent_loss = _percent(last.sent_lost - (first.sent_lost or 0), last.sent - first.sent)
    network_ms = PACKET_MS + (last.round_trip_ms or 0) / 2
    delay_ms = network_ms + last.buffered_ms
    r = R_WITHOUT_IMPAIRMENT - delay_impairment(delay_ms) - loss_impairment(loss_percent)
    r_there = R_WITHOUT_IMPAIRMENT - delay_impairment(delay_ms) - loss_impairment(sent_loss or 0)
    impairments = {
        QualityProblem.LOSS: loss_impairment(lost_percent),
        QualityProblem.JITTER: loss_impairment(loss_percent)
        - loss_impairment(lost_percent)
        + delay_impairment(delay_ms)
        - delay_impairment(network_ms),
        QualityProblem.DELAY: delay_impairment(network_ms),
        QualityProblem.SENT_LOSS: loss_impairment(sent_loss or 0),
    }
    rating = rating_of(min(r, r_there))
    is_good = rating is QualityRating.GOOD
    return CallQuality(
        codec=last.codec,
        jitter_ms=round(jitter_ms, 1),
        loss_percent=loss_percent,
        sent_loss_percent=sent_loss,
        round_trip_ms=None if last.round_trip_ms is None else round(last.round_trip_ms, 1),
        delay_ms=round(delay_ms, 1),
        mos=round(mean_opinion_score(min(r, r_there)), 2),
        rating=rating,
        problem=None if is_good else max(impairments, key=lambda each: impairments[each]),
    )


def is_noticeable(known: CallQuality | None, now: CallQuality) -> bool:
    """Whether it is worth telling everybody."""
    if known is None or known.rating is not now.rating or known.problem is not now.problem:
        return True
    return (
        abs(known.mos - now.mos) >= 0.15
        or abs(known.loss_percent - now.loss_percent) >= 1
        or abs(known.jitter_ms - now.jitter_ms) >= 10
        or abs((known.round_trip_ms or 0) - (now.round_trip_ms or 0)) >= 30
    )


class QualityMeter:
    """Takes a look at the streams of one call about once a second.

    A re-INVITE may begin new streams, which count from zero: what was counted before is kept.
    """

    def __init__(self) -> None:
        self._looks: deque[StreamFigures] = deque(maxlen=WINDOW_LOOKS)
        self._before = _NOTHING
        self._jitter_sum_ms = 0.0
        self._count = 0

    def look(self, figures: StreamFigures) -> None:
        if self._looks and figures.received < self._looks[-1].received:
            self._before = _sum(self._before, self._looks[-1])
            self._looks.clear()
        self._looks.append(figures)
        self._jitter_sum_ms += figures.jitter_ms
        self._count += 1

    @property
    def is_silent(self) -> bool:
        """Whether nothing came for longer than five seconds."""
        first, last = (self._looks[0], self._looks[-1]) if self._looks else (_NOTHING, _NOTHING)
        return len(self._looks) == WINDOW_LOOKS and first.received == last.received

    def now(self) -> CallQuality | None:
        """Of the last seconds; none before there is anything to compare, or nothing came yet."""
        if self.is_silent:
            return _silence(self._looks[-1])
        if len(self._looks) < 2 or self._looks[0].received == self._looks[-1].received:
            return None
        jitter_ms = sum(each.jitter_ms for each in self._looks) / len(self._looks)
        return quality_between(self._looks[0], self._looks[-1], jitter_ms)

    def whole(self) -> CallQuality | None:
        """Of the call up to now; none if nothing can be said of it."""
        last = _sum(self._before, self._looks[-1]) if self._looks else _NOTHING
        if last.received == 0:
            return _silence(last) if self.is_silent else None
        return quality_between(_NOTHING, last, self._jitter_sum_ms / self._count)


def _silence(last: StreamFigures) -> CallQuality:
    return CallQuality(
        codec=last.codec,
        jitter_ms=0,
        loss_percent=100,
        round_trip_ms=last.round_trip_ms,
        mos=1.0,
        rating=QualityRating.POOR,
        problem=QualityProblem.NO_SOUND,
    )


_NOTHING = StreamFigures("", 0, 0, 0, 0, 0, 0, 0, None)


def _sum(before: StreamFigures, last: StreamFigures) -> StreamFigures:
    sent_lost = None if last.sent_lost is None else (before.sent_lost or 0) + last.sent_lost
    return StreamFigures(
        codec=last.codec,
        received=before.received + last.received,
        lost=before.lost + last.lost,
        late=before.late + last.late,
        sent=before.sent + last.sent,
        sent_lost=sent_lost,
        jitter_ms=last.jitter_ms,
        buffered_ms=last.buffered_ms,
        round_trip_ms=last.round_trip_ms or before.round_trip_ms,
    )


def _percent(part: int, whole: int) -> float:
    return round(100 * max(part, 0) / whole, 1) if whole > 0 else 0.0
