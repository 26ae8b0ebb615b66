"""Teams: the queues of the PBX that the person is a member of."""

from contracts.errors import TeamNotFound, TeamUnavailable, WrongTeamState
from contracts.gateway import Pause, TeamList
from contracts.teams import PauseInTeam, Team, TeamCommand
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("teams")

COMMAND_ERRORS = (TeamNotFound, TeamUnavailable, WrongTeamState)


@api.operation("GET", "/api/v1/teams")
def list_teams() -> TeamList:
    """Teams that the person is a member of, by name."""
    event_id = parts().event_log.last_id()
    return TeamList(items=parts().teams.list_teams(), event_id=event_id)


@api.operation("POST", "/api/v1/teams/<team_id>/log-in", errors=COMMAND_ERRORS)
def log_in(team_id: str) -> Team:
    """Take calls of the team's callers from now on."""
    return parts().teams.log_in(_command(team_id))


@api.operation("POST", "/api/v1/teams/<team_id>/log-out", errors=COMMAND_ERRORS)
def log_out(team_id: str) -> Team:
    """Take no more calls; a pause ends, too. Fixed members cannot."""
    return parts().teams.log_out(_command(team_id))


@api.operation("POST", "/api/v1/teams/<team_id>/pause", errors=COMMAND_ERRORS)
def pause(team_id: str, body: Pause) -> Team:
    """Stay logged in, but be called by nobody who waits. The reason is seen by the team."""
    command = PauseInTeam(team_id=team_id, reason=body.reason, **request_id())
    return parts().teams.pause(command)


@api.operation("POST", "/api/v1/teams/<team_id>/unpause", errors=COMMAND_ERRORS)
def unpause(team_id: str) -> Team:
    """End the pause."""
    return parts().teams.unpause(_command(team_id))


def _command(team_id: str) -> TeamCommand:
    return TeamCommand(team_id=team_id, **request_id())
