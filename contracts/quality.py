"""How well the parties of a call hear each other."""

from enum import StrEnum

from pydantic import Field

from contracts.base import Model


class QualityRating(StrEnum):
    """What most people would say, by the R-factor (categories of ITU-T G.109)."""

    GOOD = "good"  # from 80 on
    FAIR = "fair"  # from 70 on: some are dissatisfied
    POOR = "poor"  # many are dissatisfied


class QualityProblem(StrEnum):
    """What impairs a call most. The page has a sentence for each."""

    NO_SOUND = "no_sound"  # no packet has come for more than five seconds
    LOSS = "loss"  # packets to us do not arrive
    JITTER = "jitter"  # they arrive unevenly: too late to be heard, or after a long buffer
    DELAY = "delay"  # they are long on their way
    SENT_LOSS = "sent_loss"  # our packets do not arrive, as the other side reports


class CallQuality(Model):
    """What RTCP and the jitter buffer tell (RFC 3550 section 6.4), and what follows from it.

    Of the last seconds while a call runs, of the whole call when it has ended.
    """

    codec: str
    jitter_ms: float
    loss_percent: float = Field(description="of the packets to us, those that were late included")
    sent_loss_percent: float | None = Field(
        default=None, description="of our packets; null until the other side has reported"
    )
    round_trip_ms: float | None
    delay_ms: float = Field(default=0, description="one way, as far as it is known")
    mos: float = Field(
        default=4.4, description="estimated mean opinion score, 1 to 4.5; of the worse way"
    )
    rating: QualityRating = QualityRating.GOOD
    problem: QualityProblem | None = Field(default=None, description="null if the rating is good")
