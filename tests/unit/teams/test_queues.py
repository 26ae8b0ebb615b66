"""From Asterisk's QueueStatus to the team that a person sees."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.instance import InstanceProfile
from contracts.lamps import LampState
from contracts.teams import Membership, MemberState, TeamProblem
from services.teams.queues import team_of, unknown_team
from services.teams.seat import Seat

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PROFILE = InstanceProfile.model_validate(
    {
        "name": "practice",
        "domain": "practice",
        "people": [{"name": "Alice Adam", "jid": "alice@practice", "numbers": ["101"]}],
        "teams": {
            "pause_reasons": ["Nacharbeit"],
            "queues": [
                {
                    "queue": "support",
                    "name": "Support",
                    "number": "620",
                    "flexible_members": ["alice", "bob"],
                }
            ],
        },
    }
)
ALICE = Seat("alice", PROFILE)
QUEUE = ALICE.queues["support"]
PARAMS = {"Event": "QueueParams", "Queue": "support"}


def member(user: str, **changes: str) -> dict[str, str]:
    usual = {
        "Event": "QueueMember",
        "Name": user.title(),
        "Location": f"PJSIP/{user}",
        "Membership": "dynamic",
        "Status": "1",
        "Paused": "0",
    }
    return usual | changes


def caller(caller_id: str, position: int, **changes: str) -> dict[str, str]:
    usual = {
        "Event": "QueueEntry",
        "Uniqueid": caller_id,
        "Position": str(position),
        "CallerIDNum": "102",
        "CallerIDName": "Bob",
        "Wait": "7",
    }
    return usual | changes


def support(*told: dict[str, str], seat: Seat = ALICE, since: dict[str, datetime] | None = None):
    return team_of(seat, QUEUE, [PARAMS, *told], NOW, since or {})


def states(team) -> dict[str, MemberState]:
    return {each.name: each.state for each in team.members}


def test_whom_the_queue_does_not_list_is_logged_out():
    team = support(member("bob"))
    assert team.state is MemberState.LOGGED_OUT
    assert team.membership is Membership.FLEXIBLE
    assert states(team) == {"Alice Adam": MemberState.LOGGED_OUT, "Bob": MemberState.LOGGED_IN}


def test_members_have_the_names_and_numbers_of_the_instance():
    team = support(member("alice", Name="al"), member("bob-robot", Name="Bob's robot"))
    named = {each.user: (each.name, each.number) for each in team.members}
    assert named["alice"] == ("Alice Adam", "101")
    assert named["bob-robot"] == ("Bob's robot", None)


def test_a_pause_has_its_reason_only_as_long_as_it_lasts():
    paused = support(member("alice", Paused="1", PausedReason="Nacharbeit"))
    assert (paused.state, paused.pause_reason) == (MemberState.PAUSED, "Nacharbeit")

    over = support(member("alice", Paused="0", PausedReason="Nacharbeit"))
    assert (over.state, over.pause_reason) == (MemberState.LOGGED_IN, "")


def test_whom_the_pbx_lists_always_is_a_fixed_member():
    carol = Seat("carol", PROFILE)
    team = support(member("carol", Membership="static"), seat=carol)
    assert team.membership is Membership.FIXED


def test_who_is_no_member_sees_nobody():
    team = support(member("bob"), caller("1", 1), seat=Seat("mallory", PROFILE))
    assert team.membership is None
    assert (team.members, team.callers) == ((), ())


@pytest.mark.parametrize(
    ("status", "phone"),
    [
        ("0", LampState.UNKNOWN),
        ("1", LampState.FREE),
        ("2", LampState.BUSY),
        ("5", LampState.OFFLINE),
        ("6", LampState.CALLED),
        ("8", LampState.BUSY),
    ],
)
def test_the_phone_of_a_member_is_as_its_device_state(status, phone):
    (alice, *_others) = support(member("alice", Status=status)).members
    assert alice.phone is phone


def test_callers_come_in_the_order_of_their_position():
    team = support(caller("second", 2), caller("first", 1))
    assert [each.caller_id for each in team.callers] == ["first", "second"]
    assert team.callers[0].waiting_since == NOW - timedelta(seconds=7)


def test_the_time_of_a_caller_who_is_known_does_not_jump():
    came_at = NOW - timedelta(seconds=7.9)
    (waiting,) = support(caller("1", 1), since={"1": came_at}).callers
    assert waiting.waiting_since == came_at


@pytest.mark.parametrize("nobody", ["", "<unknown>", "Anonymous"])
def test_an_anonymous_caller_has_neither_number_nor_name(nobody):
    (waiting,) = support(caller("1", 1, CallerIDNum=nobody, CallerIDName=nobody)).callers
    assert (waiting.number, waiting.display_name) == (None, "")


def test_a_queue_that_the_pbx_does_not_know_is_a_problem():
    team = team_of(ALICE, QUEUE, [], NOW, {})
    assert team.problem is TeamProblem.QUEUE_UNKNOWN
    assert team.membership is Membership.FLEXIBLE


def test_of_a_team_out_of_sight_nothing_is_said_but_its_name():
    team = unknown_team(ALICE, QUEUE, TeamProblem.PBX_UNREACHABLE)
    assert (team.name, team.state, team.members, team.callers) == ("Support", None, (), ())


def test_a_phone_belongs_to_a_user_as_the_profile_says():
    assert ALICE.user_of("PJSIP/bob-robot") == "bob-robot"
    assert ALICE.user_of("Local/610@internal") is None
