"""What the teams service says and understands. A team is a queue of the PBX."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.base import Command, Event, Model
from contracts.health import PartHealth
from contracts.identity import Localpart, PhoneNumber
from contracts.lamps import LampState
from contracts.team_profile import PauseReason


class Membership(StrEnum):
    """Whether somebody may leave the team."""

    FIXED = "fixed"  # the PBX lists them always
    FLEXIBLE = "flexible"  # logs in and out


class MemberState(StrEnum):
    """Whether the team's callers reach somebody."""

    LOGGED_IN = "logged_in"
    PAUSED = "paused"
    LOGGED_OUT = "logged_out"


class TeamMember(Model):
    """Somebody in a team."""

    member_id: str = Field(description="how the PBX calls the phone, like PJSIP/alice")
    user: Localpart | None = Field(description="null if it is the phone of no user")
    name: str = Field(max_length=256)
    number: PhoneNumber | None = Field(default=None, description="null if the profile has none")
    membership: Membership
    state: MemberState
    pause_reason: str = Field(default="", max_length=256)
    phone: LampState = Field(description="as the PBX sees it in the queue")


class WaitingCaller(Model):
    """Somebody who waits in the queue, or whose call rings at members."""

    caller_id: str
    position: int = Field(description="1 is the next one")
    number: PhoneNumber | None = Field(description="null if anonymous or not a number")
    display_name: str = Field(max_length=256, description="as received: shown, never parsed")
    waiting_since: AwareDatetime


class TeamProblem(StrEnum):
    """Why nothing is known of a team now. The page has a sentence for each."""

    CONNECTING = "connecting"  # nothing is known yet
    PBX_UNREACHABLE = "pbx_unreachable"
    PBX_UNTRUSTED = "pbx_untrusted"  # its certificate is not that of the instance
    ACCESS_DENIED = "access_denied"  # wrong secret, or too few rights
    QUEUE_UNKNOWN = "queue_unknown"  # the PBX has no such queue


class Team(Model):
    """One team as the person sees it, whole; `revision` grows by one per change.

    While there is a `problem` the person's own state is unknown, and members and callers are not
    shown: what was known may no longer be true.
    """

    team_id: str
    revision: int = 0
    name: str
    number: PhoneNumber | None
    membership: Membership | None = Field(
        description="of the person; null: no member any more, so faces do not show the team"
    )
    problem: TeamProblem | None = None
    state: MemberState | None = Field(default=None, description="of the person")
    pause_reason: str = Field(default="", max_length=256)
    is_in_sight: bool = Field(
        default=True,
        description="false without AMI: only the person's own state is known, and no pause",
    )
    pause_reasons: tuple[PauseReason, ...] = Field(default=(), description="to choose from")
    members: tuple[TeamMember, ...] = ()
    callers: tuple[WaitingCaller, ...] = Field(default=(), description="by position")


class TeamCommand(Command):
    """A command that needs nothing but its team."""

    team_id: str


class PauseInTeam(TeamCommand):
    """Stay in the team, but be called by nobody who waits in it."""

    reason: PauseReason


class TeamChanged(Event):
    """A team, its members or its callers changed."""

    type: Literal["teams.team.changed"] = "teams.team.changed"
    team: Team


class TeamsRpc:
    """RPC interface of the teams service.

    Commands raise TeamNotFound, WrongTeamState, TeamUnavailable and SignedOut, and return the team
    as it is after them. What is so already is no error.
    """

    def list_teams(self) -> list[Team]:
        """Those that the person is a member of, in the order of the instance profile."""
        raise NotImplementedError

    def log_in(self, request: TeamCommand) -> Team:
        raise NotImplementedError

    def log_out(self, request: TeamCommand) -> Team:
        """Also ends a pause. Raises WrongTeamState for a fixed member."""
        raise NotImplementedError

    def pause(self, request: PauseInTeam) -> Team:
        """Raises WrongTeamState unless logged in."""
        raise NotImplementedError

    def unpause(self, request: TeamCommand) -> Team:
        """Raises WrongTeamState unless logged in."""
        raise NotImplementedError

    def health(self) -> list[PartHealth]:
        raise NotImplementedError
