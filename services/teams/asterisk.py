"""The teams of one person as Asterisk tells them: asked anew whenever it says that one changed."""

import queue
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime

import structlog

from contracts.errors import TeamUnavailable
from contracts.instance import QueueProfile
from contracts.teams import MemberState, Team, TeamProblem
from services.teams.ami import Ami, AmiAccount, AmiDenied, AmiGone, AmiRefused, AmiUntrusted
from services.teams.queues import Message, Seat, team_of, unknown_team

log = structlog.get_logger(__name__)

REFRESH_PERIOD_S = 10.0  # for what no event tells, and to notice a PBX that no longer answers
SETTLE_S = 0.05  # several events tell of one change
RETRY_PAUSE_S = (1.0, 30.0)  # first and longest
Report = Callable[[list[Team]], None]


class AsteriskConnector:
    """Keeps one connection for one person. Everything but `run` may be called by any thread."""

    def __init__(self, read_secret: Callable[[], str], report: Report) -> None:
        self._read_secret = read_secret
        self._report = report
        self._reporting = threading.Lock()  # so that what was asked later is told later
        self._seat: Seat | None = None
        self._ami: Ami | None = None
        self._problem = TeamProblem.CONNECTING
        self._changed: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._waiting_since: dict[str, datetime] = {}
        self._stopping = False

    def use(self, seat: Seat | None) -> None:
        """Show this person's teams from now on; None: nobody's."""
        if seat == self._seat:
            return
        self._seat = seat
        self._interrupt()

    def stop(self) -> None:
        self._stopping = True
        self._interrupt()

    def run(self) -> None:
        """Connect, and connect again, until `stop`."""
        pause_s, longest_pause_s = RETRY_PAUSE_S
        while not self._stopping:
            seat = self._seat
            started_at = time.monotonic()
            if seat is not None and seat.profile.teams.ami is not None:
                self._watch(seat)
            if seat is not self._seat:
                pause_s = RETRY_PAUSE_S[0]
                continue
            if time.monotonic() - started_at > longest_pause_s:
                pause_s = RETRY_PAUSE_S[0]  # it had worked
            self._pause(pause_s)
            pause_s = min(pause_s * 2, longest_pause_s)

    # commands

    def log_in(self, team_id: str) -> None:
        """Raises TeamUnavailable, as the other commands do."""
        seat = self._seat
        if seat is not None:
            self._ask(team_id, "QueueAdd", MemberName=seat.name, StateInterface=seat.interface)

    def log_out(self, team_id: str) -> None:
        self._ask(team_id, "QueueRemove")

    def pause(self, team_id: str, reason: str) -> None:
        self._ask(team_id, "QueuePause", Paused="true", Reason=reason)

    def unpause(self, team_id: str) -> None:
        self._ask(team_id, "QueuePause", Paused="false")

    def _ask(self, team_id: str, action: str, **headers: str) -> None:
        """Have something done, and tell what came of it before this returns."""
        seat, ami = self._seat, self._ami
        if seat is None or ami is None:
            raise TeamUnavailable(team_id, reason=self._problem)
        try:
            ami.ask(action, Queue=team_id, Interface=seat.interface, **headers)
        except AmiRefused as error:
            log.info("queue command refused", action=action, queue=team_id, reason=str(error))
        
        self._refresh(seat, ami, team_id)
