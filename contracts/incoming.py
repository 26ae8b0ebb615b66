"""What becomes of calls that come in: forwarding, do-not-disturb, and one's other phones."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import Command, Event, Model
from contracts.phones import LONGEST_TARGET, MOST_PHONES, OwnPhone


class DiversionReason(StrEnum):
    """Why a call does not stay here, RFC 5806 section 4."""

    UNCONDITIONAL = "unconditional"
    USER_BUSY = "user_busy"
    NO_ANSWER = "no_answer"
    DO_NOT_DISTURB = "do_not_disturb"
    FOLLOW_ME = "follow_me"  # no screen could ring


class Diversion(Model):
    """Where a call was sent instead: 302 with a target, 480 without."""

    reason: DiversionReason
    target: str | None = Field(description="as it was typed; null: refused, or to the voicemail")


class Callers(StrEnum):
    """Whom a rule is for. Internal are numbers and names that only the instance knows."""

    EVERYONE = "everyone"
    INTERNAL = "internal"
    EXTERNAL = "external"


class DoNotDisturb(Model):
    """Nothing rings."""

    is_on: bool = False
    callers: Callers = Callers.EVERYONE


class Forwarding(Model):
    """Whether and where calls go; what was typed stays when it is off."""

    is_on: bool = False
    target: str = Field(default="", max_length=LONGEST_TARGET)
    callers: Callers = Callers.EVERYONE


class RuleName(StrEnum):
    """Rules that a server can apply by itself."""

    ALWAYS = "always"
    DO_NOT_DISTURB = "do_not_disturb"
    BUSY = "busy"
    NO_ANSWER = "no_answer"


class ServerUse(StrEnum):
    """Whether the server applies a rule as it is wanted."""

    PENDING = "pending"  # it is being told, or cannot be reached
    ACTIVE = "active"  # it does, also while the stack is away
    REFUSED = "refused"  # it did not take the feature code, to switch it on or off


class IncomingRules(Model):
    """The person's wishes, whole. The first that fits decides, in the order of the fields."""

    revision: int = 0
    always: Forwarding = Forwarding()
    do_not_disturb: DoNotDisturb = DoNotDisturb()
    busy: Forwarding = Forwarding()
    """While we are talking or calling, when a call is rejected, and instead of do-not-disturb."""
    no_answer: Forwarding = Forwarding()
    no_answer_after_s: int = Field(default=20, ge=5, le=120)
    follow_me: Forwarding = Forwarding()
    """Where a call goes that no screen has begun to ring for within five seconds."""
    phones: tuple[OwnPhone, ...] = Field(default=(), max_length=MOST_PHONES)
    server: dict[RuleName, ServerUse] = Field(default={})
    """Of the rules that the instance's feature codes can tell it; others hold here only."""
    suspended_until: AwareDatetime | None = None
    """After an emergency call everybody is put through, for rescuers call back; until then, or
    until a rule is changed."""


class IncomingRulesPatch(Model):
    """Only what is to change."""

    always: Forwarding | None = None
    do_not_disturb: DoNotDisturb | None = None
    busy: Forwarding | None = None
    no_answer: Forwarding | None = None
    no_answer_after_s: int | None = Field(default=None, ge=5, le=120)
    follow_me: Forwarding | None = None
    phones: tuple[OwnPhone, ...] | None = Field(default=None, max_length=MOST_PHONES)


class Verdict(Model):
    """What a call gets. Without a diversion it rings until the caller gives up."""

    rings_for_s: int | None = Field(default=None, description="0: not at all; null: no limit")
    diversion: Diversion | None = None
    unheard: Diversion | None = Field(default=None, description="instead, if no screen rings")


class IncomingPreview(Model):
    """What callers would get now, by the rules that decide real calls."""

    internal: Verdict
    external: Verdict


class ChangeIncomingRules(Command):
    """Other wishes; what is left out stays."""

    needs_room = True

    patch: IncomingRulesPatch


class IncomingRulesChanged(Event):
    """The person's wishes changed."""

    type: Literal["sip.incoming_rules.changed"] = "sip.incoming_rules.changed"
    rules: IncomingRules


class IncomingRpc:
    """The part of SipRpc that is about incoming calls before they are answered."""

    def get_incoming_rules(self) -> IncomingRules:
        raise NotImplementedError

    def change_incoming_rules(self, request: ChangeIncomingRules) -> IncomingRules:
        """Raises InvalidRequest if a target cannot be dialled."""
        raise NotImplementedError

    def preview_incoming(self) -> IncomingPreview:
        raise NotImplementedError

    def acknowledge_ringing(self, call_id: str) -> None:
        """A screen rings for this call: it is not sent on to another phone for want of one."""
        raise NotImplementedError
