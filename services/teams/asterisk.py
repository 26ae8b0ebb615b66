"""The teams of one person as Asterisk tells them: asked anew whenever it says that one changed."""

import queue
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, datetime

import structlog

from contracts.base import Model
from contracts.errors import TeamUnavailable
from contracts.team_profile import AmiServer
from contracts.teams import Team, TeamProblem
from services.teams.ami import (
    Ami,
    AmiAccount,
    AmiDenied,
    AmiGone,
    AmiRefused,
    AmiUntrusted,
    Message,
)
from services.teams.queues import team_of, unknown_team
from services.teams.seat import Seat

log = structlog.get_logger(__name__)

REFRESH_PERIOD_S = 10.0  # for what no event tells, and to notice a PBX that no longer answers
SETTLE_S = 0.05  # several events tell of one change
RETRY_PAUSE_S = (1.0, 30.0)  # first and longest


class TeamsReport(Model):
    """Teams as they are now."""

    teams: list[Team]
    is_all: bool = False
    """Whether the person is in no others."""


class AsteriskConnector:
    """Follows the teams of one person. `run` needs a thread; any thread may call the rest."""

    def __init__(
        self, read_secret: Callable[[], str], report: Callable[[TeamsReport], None]
    ) -> None:
        self._read_secret = read_secret
        self._report = report
        self._reporting = threading.Lock()  # so that what was asked later is told later
        self._seat: Seat | None = None
        self._is_told = False
        self._ami: Ami | None = None
        self._waiting_since: dict[str, datetime] = {}
        self._hints: queue.Queue[str | None] = queue.Queue()
        """Names of queues that have changed; None: something else has."""
        self._stopping = False

    def use(self, seat: Seat | None) -> None:
        """Follow this person's teams from now on; None: nobody's."""
        if self._is_told and seat == self._seat:
            return
        self._seat, self._is_told = seat, True
        self._hints.put(None)

    @property
    def seat(self) -> Seat | None:
        """Whose teams are followed."""
        return self._seat

    def stop(self) -> None:
        self._stopping = True
        self._hints.put(None)

    def log_in(self, team_id: str) -> None:
        """As all of these: what came of it is reported first. Raises TeamUnavailable."""
        seat, _ami = self._connected()
        person = seat.person_of(seat.user)
        name = person.name if person else seat.user
        self._change(team_id, "QueueAdd", MemberName=name, StateInterface=seat.interface)

    def log_out(self, team_id: str) -> None:
        self._change(team_id, "QueueRemove")

    def pause(self, team_id: str, reason: str) -> None:
        self._change(team_id, "QueuePause", Paused="true", Reason=reason)

    def unpause(self, team_id: str) -> None:
        self._change(team_id, "QueuePause", Paused="false")

    def _connected(self) -> tuple[Seat, Ami]:
        seat, ami = self._seat, self._ami
        if seat is None or ami is None:
            raise TeamUnavailable("the PBX is not connected")
        return seat, ami

    def _change(self, team_id: str, action: str, **headers: str) -> None:
        seat, ami = self._connected()
        try:
            try:
                ami.ask(action, Queue=team_id, Interface=seat.interface, **headers)
            except AmiRefused as error:  # whether that matters is seen in the queue
                log.info("queue command refused", action=action, queue=team_id, reason=str(error))
            self._refresh(seat, ami, [team_id])
        except (AmiDenied, AmiRefused, AmiGone) as error:
            raise TeamUnavailable(str(error)) from error

    # the connection

    def run(self) -> None:
        """Until `stop`. Before the first `use` it is not even known that there are no teams."""
        while not self._is_told and not self._stopping:
            self._hints.get()
        while not self._stopping:
            seat = self._seat
            self._tell(seat, TeamProblem.CONNECTING, is_all=True)
            while self._is_wanted(seat):
                self._follow(seat)

    def _follow(self, seat: Seat | None) -> None:
        """Connect, and connect again, while it is about the same person."""
        pause_s, longest_pause_s = RETRY_PAUSE_S
        server = seat.profile.teams.ami if seat else None
        if seat is None or server is None:
            self._hints.get()
            return
        while self._is_wanted(seat):
            started_at = time.monotonic()
            problem, detail = self._watch(seat, server)
            if not self._is_wanted(seat):
                return
            if time.monotonic() - started_at > longest_pause_s:
                pause_s = RETRY_PAUSE_S[0]  # it had worked
            log.warning("queues out of sight", problem=problem, detail=detail, retry_in_s=pause_s)
            self._tell(seat, problem)
            self._wait(seat, pause_s)
            pause_s = min(pause_s * 2, longest_pause_s)

    def _watch(self, seat: Seat, server: AmiServer) -> tuple[TeamProblem, str]:
        """Keep the teams up to date, until that is no longer possible: why, and in detail."""
        try:
            with closing(Ami(self._account(seat, server), self._hear)) as ami:
                log.info("queues in sight")
                self._ami, changed = ami, list(seat.queues)
                while ami.is_open and self._is_wanted(seat):
                    self._refresh(seat, ami, changed)
                    changed = self._next_changes(seat)
        except AmiUntrusted as error:
            return TeamProblem.PBX_UNTRUSTED, str(error)
        except (AmiDenied, AmiRefused) as error:
            return TeamProblem.ACCESS_DENIED, str(error)
        except AmiGone as error:
            return TeamProblem.PBX_UNREACHABLE, str(error)
        except OSError as error:
            return TeamProblem.ACCESS_DENIED, f"no secret: {error}"
        finally:
            self._ami = None
        return TeamProblem.PBX_UNREACHABLE, "the connection was closed"

    def _account(self, seat: Seat, server: AmiServer) -> AmiAccount:
        profile = seat.profile
        return AmiAccount(
            host=server.host or profile.sip.host or profile.domain,
            port=server.port,
            transport=server.transport,
            user=server.user,
            secret=self._read_secret(),
            ca_certificate=profile.ca_certificate,
        )

    def _is_wanted(self, seat: Seat | None) -> bool:
        return seat is self._seat and not self._stopping

    # what has changed

    def _hear(self, event: Message) -> None:
        """In the connection's own thread; an empty event says that it has ended."""
        self._hints.put(event.get("Queue"))

    def _next_changes(self, seat: Seat) -> list[str]:
        try:
            changed = {self._hints.get(timeout=REFRESH_PERIOD_S)}
        except queue.Empty:
            return list(seat.queues)
        time.sleep(SETTLE_S)
        while not self._hints.empty():
            changed.add(self._hints.get())
        return [each for each in seat.queues if each in changed]

    def _wait(self, seat: Seat, pause_s: float) -> None:
        """Before the next attempt, unless another person comes."""
        deadline = time.monotonic() + pause_s
        while self._is_wanted(seat) and (remaining_s := deadline - time.monotonic()) > 0:
            try:
                self._hints.get(timeout=remaining_s)
            except queue.Empty:
                return

    def _refresh(self, seat: Seat, ami: Ami, team_ids: Iterable[str]) -> None:
        with self._reporting:
            teams = [self._ask_about(seat, ami, each) for each in team_ids]
            if teams and ami is self._ami:
                self._report(TeamsReport(teams=teams))

    def _ask_about(self, seat: Seat, ami: Ami, team_id: str) -> Team:
        status = ami.ask("QueueStatus", Queue=team_id)
        queue = seat.queues[team_id]
        team = team_of(seat, queue, status, datetime.now(UTC), self._waiting_since)
        self._waiting_since.update((each.caller_id, each.waiting_since) for each in team.callers)
        return team

    def _tell(self, seat: Seat | None, problem: TeamProblem, *, is_all: bool = False) -> None:
        """That nothing is known of any team."""
        if seat is not None and seat.profile.teams.ami is None:
            return  # lamps tell, see codes.py
        queues = seat.queues.values() if seat is not None else ()
        teams = [unknown_team(seat, each, problem) for each in queues if seat is not None]
        with self._reporting:
            self._waiting_since.clear()
            self._report(TeamsReport(teams=teams, is_all=is_all))
