"""The teams service: the queues that the person belongs to, who is in them and who waits."""

from bus.events import on_change
from bus.health import redis_health
from bus.outbox import store
from bus.rpc import rpc, rpc_client
from bus.settings import Settings
from contracts.errors import SignedOut, TeamUnavailable, WrongTeamState
from contracts.health import PartHealth
from contracts.identity import PhoneNumber
from contracts.lamps import LampChanged, LampsRpc
from contracts.registration import RegistrationChanged
from contracts.sip import PlaceCall, SipRpc
from contracts.team_profile import QueueProfile
from contracts.teams import Membership, MemberState, PauseInTeam, Team, TeamCommand, TeamsRpc
from services.teams.asterisk import TeamsReport
from services.teams.codes import lit_teams
from services.teams.providers import connector, on_report
from services.teams.seat import Seat
from services.teams.store import TeamsStore


class TeamsService(TeamsRpc):
    """Names of methods and what they raise: contracts/teams.py."""

    name = "teams"
    settings_class = Settings

    sip = rpc_client("sip", SipRpc)
    lamps = rpc_client("sip", LampsRpc)
    store = store(TeamsStore)
    connector = connector()

    @on_change(RegistrationChanged)
    def follow_account(self) -> None:
        holder = self.sip.get_account_holder()
        self.connector.use(Seat(holder.user, holder.profile) if holder else None)
        self.follow_lamps()

    @on_change(LampChanged)
    def follow_lamps(self) -> None:
        """Where there is no AMI."""
        seat = self.connector.seat
        if seat is not None and seat.profile.teams.ami is None:
            states = {each.number: each.state for each in self.lamps.list_lamps()}
            self.store.put_teams(lit_teams(seat, states), are_all=True)

    @on_report
    def keep_teams(self, report: TeamsReport) -> None:
        self.store.put_teams(report.teams, are_all=report.is_all)

    @rpc
    def list_teams(self) -> list[Team]:
        return self.store.list_teams()

    @rpc
    def log_in(self, request: TeamCommand) -> Team:
        team = self._seen(request)
        if not team.is_in_sight:
            return self._dial(team, self._queue(team).log_in_code)
        if team.state is MemberState.LOGGED_OUT:
            self.connector.log_in(request.team_id)
        return self._must_be(request, MemberState.LOGGED_IN, MemberState.PAUSED)

    @rpc
    def log_out(self, request: TeamCommand) -> Team:
        team = self._seen(request)
        if team.membership is Membership.FIXED:
            raise WrongTeamState("a fixed member stays logged in")
        if not team.is_in_sight:
            return self._dial(team, self._queue(team).log_out_code)
        if team.state is not MemberState.LOGGED_OUT:
            self.connector.log_out(request.team_id)
        return self._must_be(request, MemberState.LOGGED_OUT)

    @rpc
    def pause(self, request: PauseInTeam) -> Team:
        self._must_be_in(request)
        self.connector.pause(request.team_id, request.reason)
        return self._must_be(request, MemberState.PAUSED)

    @rpc
    def unpause(self, request: TeamCommand) -> Team:
        if self._must_be_in(request).state is MemberState.PAUSED:
            self.connector.unpause(request.team_id)
        return self._must_be(request, MemberState.LOGGED_IN)

    @rpc
    def health(self) -> list[PartHealth]:
        return [redis_health(self.store)]

    def _seen(self, request: TeamCommand) -> Team:
        """Raises TeamNotFound, TeamUnavailable."""
        team = self.store.get_team(request.team_id)
        if team.problem is not None:
            raise TeamUnavailable(team.name, reason=team.problem)
        return team

    def _must_be_in(self, request: TeamCommand) -> Team:
        team = self._seen(request)
        if team.state is MemberState.LOGGED_OUT or not team.is_in_sight:
            raise WrongTeamState("not logged in, or the PBX is not in sight")
        return team

    def _must_be(self, request: TeamCommand, *states: MemberState) -> Team:
        """The team after a command; the PBX may have refused it."""
        team = self._seen(request)
        if team.state not in states:
            raise TeamUnavailable("the PBX has not done it")
        return team

    def _queue(self, team: Team) -> QueueProfile:
        """Raises SignedOut."""
        seat = self.connector.seat
        if seat is None:
            raise SignedOut
        return seat.queues[team.team_id]

    def _dial(self, team: Team, code: PhoneNumber | None) -> Team:
        """Its lamp tells later what has come of it."""
        if code is None:
            raise TeamUnavailable("the profile has no feature code")
        self.sip.place_call(PlaceCall(target=code, phone=""))
        return team


SERVICE = TeamsService
