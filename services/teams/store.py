"""Every Redis key of the teams service."""

from bus.store import Store
from contracts.errors import TeamNotFound
from contracts.teams import Team, TeamChanged, TeamProblem


class TeamsStore(Store):
    """teams:teams (by team_id; those that the person has left, too, so that revisions grow)."""

    service = "teams"

    def prepare(self) -> None:
        """What was known before this start may no longer be true."""
        super().prepare()
        known = [_out_of_sight(each) for each in self._all().values()]
        self.put_teams(known, are_all=False)

    def put_teams(self, teams: list[Team], *, are_all: bool) -> None:
        """Store and publish those that have changed, with the next revision.

        If they are all that there are, the person is no longer a member of the others. A team of
        which nothing can be told now keeps the membership that was known.
        """
        known = self._all()
        new = {each.team_id: _merged(each, known.get(each.team_id)) for each in teams}
        if are_all:
            new |= {each.team_id: _left(each) for each in known.values() if each.team_id not in new}
        with self.transaction() as transaction:
            for team in new.values():
                if team == known.get(team.team_id):
                    continue
                numbered = team.model_copy(update={"revision": team.revision + 1})
                transaction.pipeline.hset(
                    self.key("teams"), team.team_id, numbered.model_dump_json()
                )
                transaction.publish(TeamChanged(team=numbered))

    def list_teams(self) -> list[Team]:
        """Those that the person is a member of, by name."""
        teams = [each for each in self._all().values() if each.membership is not None]
        return sorted(teams, key=lambda each: each.name.lower())

    def get_team(self, team_id: str) -> Team:
        """Raises TeamNotFound."""
        team = self._all().get(team_id)
        if team is None or team.membership is None:
            raise TeamNotFound(team_id)
        return team

    def _all(self) -> dict[str, Team]:
        texts = self.redis.hgetall(self.key("teams"))
        return {team_id: Team.model_validate_json(text) for team_id, text in texts.items()}


def _merged(team: Team, known: Team | None) -> Team:
    if known is None:
        return team
    update: dict[str, object] = {"revision": known.revision}
    if team.problem is not None and team.membership is None:
        update["membership"] = known.membership
    return team.model_copy(update=update)


def _out_of_sight(team: Team) -> Team:
    return Team(
        team_id=team.team_id,
        revision=team.revision,
        name=team.name,
        number=team.number,
        membership=team.membership,
        problem=TeamProblem.CONNECTING,
        pause_reasons=team.pause_reasons,
    )


def _left(team: Team) -> Team:
    return Team(
        team_id=team.team_id,
        revision=team.revision,
        name=team.name,
        number=team.number,
        membership=None,
    )
