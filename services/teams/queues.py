"""From what Asterisk tells of a queue (QueueStatus) to the team that a person sees."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from contracts.identity import PHONE_NUMBER, PhoneNumber
from contracts.instance import Person
from contracts.lamps import LampState
from contracts.team_profile import QueueProfile
from contracts.teams import (
    Membership,
    MemberState,
    Team,
    TeamMember,
    TeamProblem,
    WaitingCaller,
)
from services.teams.ami import Message
from services.teams.seat import Seat

_NOBODY = ("", "unknown", "<unknown>", "anonymous")
_PHONES = {  # AST_DEVICE_* of Asterisk's devicestate.h
    "1": LampState.FREE,
    "2": LampState.BUSY,
    "3": LampState.BUSY,
    "4": LampState.OFFLINE,  # invalid
    "5": LampState.OFFLINE,
    "6": LampState.CALLED,
    "7": LampState.BUSY,  # rings while it is in use
    "8": LampState.BUSY,  # holds
}


def unknown_team(seat: Seat, queue: QueueProfile, problem: TeamProblem) -> Team:
    """All that can be said of a team while the PBX does not tell."""
    return Team(
        team_id=queue.queue,
        name=queue.name,
        number=queue.number,
        membership=Membership.FLEXIBLE if seat.user in queue.flexible_members else None,
        problem=problem,
        pause_reasons=seat.profile.teams.pause_reasons,
    )


def team_of(
    seat: Seat,
    queue: QueueProfile,
    status: Iterable[Message],
    now: datetime,
    since: Mapping[str, datetime],
) -> Team:
    """The team as Asterisk has just told it.

    `since` is when callers came who were known before: Asterisk tells whole seconds, counted anew
    each time, which would let everybody's time jump.
    """
    status = list(status)
    if not any(each.get("Event") == "QueueParams" for each in status):
        return unknown_team(seat, queue, TeamProblem.QUEUE_UNKNOWN)
    listed = [_member(seat, each) for each in status if each.get("Event") == "QueueMember"]
    members = sorted(listed + _logged_out(seat, queue, listed), key=lambda each: each.name.lower())
    own = next((each for each in members if each.member_id == seat.interface), None)
    callers = [_caller(each, now, since) for each in status if each.get("Event") == "QueueEntry"]
    return Team(
        team_id=queue.queue,
        name=queue.name,
        number=queue.number,
        membership=own.membership if own else None,
        state=own.state if own else None,
        pause_reason=own.pause_reason if own else "",
        pause_reasons=seat.profile.teams.pause_reasons,
        members=tuple(members) if own else (),
        callers=tuple(sorted(callers, key=lambda each: each.position)) if own else (),
    )


def _member(seat: Seat, message: Message) -> TeamMember:
    location = message.get("Location", "")
    user = seat.user_of(location)
    person = seat.person_of(user)
    is_paused = message.get("Paused") == "1"
    is_fixed = message.get("Membership") == "static"
    return TeamMember(
        member_id=location,
        user=user,
        name=person.name if person else (message.get("Name") or location)[:256],
        number=_first(person),
        membership=Membership.FIXED if is_fixed else Membership.FLEXIBLE,
        state=MemberState.PAUSED if is_paused else MemberState.LOGGED_IN,
        pause_reason=message.get("PausedReason", "")[:256] if is_paused else "",
        phone=_PHONES.get(message.get("Status", ""), LampState.UNKNOWN),
    )


def _logged_out(seat: Seat, queue: QueueProfile, listed: list[TeamMember]) -> list[TeamMember]:
    """Flexible members whom the queue does not list, since they are not logged in."""
    logged_in = {each.member_id for each in listed}
    return [
        _absent(seat, user)
        for user in queue.flexible_members
        if seat.interface_of(user) not in logged_in
    ]


def _absent(seat: Seat, user: str) -> TeamMember:
    person = seat.person_of(user)
    return TeamMember(
        member_id=seat.interface_of(user),
        user=user,
        name=person.name if person else user,
        number=_first(person),
        membership=Membership.FLEXIBLE,
        state=MemberState.LOGGED_OUT,
        phone=LampState.UNKNOWN,
    )


def _first(person: Person | None) -> PhoneNumber | None:
    """What is dialled to reach them."""
    return person.numbers[0] if person and person.numbers else None


def _caller(message: Message, now: datetime, since: Mapping[str, datetime]) -> WaitingCaller:
    caller_id = message.get("Uniqueid", "")
    number = message.get("CallerIDNum", "")
    name = message.get("CallerIDName", "")
    waits_s = int(message.get("Wait") or 0)
    return WaitingCaller(
        caller_id=caller_id,
        position=int(message.get("Position") or 0),
        number=number if re.fullmatch(PHONE_NUMBER, number) else None,
        display_name="" if name.lower() in _NOBODY else name[:256],
        waiting_since=since.get(caller_id) or now - timedelta(seconds=waits_s),
    )
