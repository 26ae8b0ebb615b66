"""Teams without AMI, by lamps and feature codes."""

import pytest

from contracts.instance import InstanceProfile
from contracts.lamps import LampState
from contracts.teams import MemberState, TeamProblem
from services.teams.codes import lit_teams
from services.teams.seat import Seat

PROFILE = InstanceProfile.model_validate(
    {
        "name": "practice",
        "domain": "practice",
        "people": [{"name": "Alice", "jid": "alice@practice", "numbers": ["+4930101", "101"]}],
        "teams": {
            "queues": [
                {
                    "queue": "support",
                    "name": "Support",
                    "flexible_members": ["alice"],
                    "state_number": "*45620*{number}",
                },
                {"queue": "sales", "name": "Sales", "flexible_members": ["alice"]},
            ]
        },
    }
)


@pytest.mark.parametrize(
    ("lamp", "state", "problem"),
    [
        (LampState.BUSY, MemberState.LOGGED_IN, None),
        (LampState.FREE, MemberState.LOGGED_OUT, None),
        (LampState.UNKNOWN, None, TeamProblem.PBX_UNREACHABLE),
    ],
)
def test_a_lamp_tells_whether_the_person_is_logged_in(lamp, state, problem):
    (support,) = lit_teams(Seat("alice", PROFILE), {"*45620*101": lamp})
    assert (support.team_id, support.state, support.problem) == ("support", state, problem)
    assert not support.is_in_sight


def test_who_may_not_log_in_has_no_such_team():
    assert lit_teams(Seat("bob", PROFILE), {}) == []
