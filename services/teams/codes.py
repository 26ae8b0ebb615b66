"""Teams without AMI: lamps tell whether the person is logged in, feature codes change it."""

from collections.abc import Mapping

from contracts.identity import PhoneNumber
from contracts.lamps import LampState
from contracts.team_profile import QueueProfile
from contracts.teams import Membership, MemberState, Team, TeamProblem
from services.teams.seat import Seat

_STATES = {LampState.BUSY: MemberState.LOGGED_IN, LampState.FREE: MemberState.LOGGED_OUT}


def lit_teams(seat: Seat, lamps: Mapping[PhoneNumber, LampState]) -> list[Team]:
    """Those that have a lamp. Who else is in them, and who waits, cannot be known."""
    numbers = seat.profile.team_lamps(seat.user)
    return [
        _lit_team(seat.queues[team_id], _STATES.get(lamps.get(number, LampState.UNKNOWN)))
        for team_id, number in numbers.items()
    ]


def _lit_team(queue: QueueProfile, state: MemberState | None) -> Team:
    return Team(
        team_id=queue.queue,
        name=queue.name,
        number=queue.number,
        membership=Membership.FLEXIBLE,
        problem=TeamProblem.PBX_UNREACHABLE if state is None else None,
        state=state,
        is_in_sight=False,
    )
