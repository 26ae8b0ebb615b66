"""The connector to Asterisk while that is away, hangs, refuses or loses a queue; no stack."""

import os
import signal
import threading
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from contracts.errors import TeamUnavailable
from contracts.instance import InstanceProfile
from contracts.teams import MemberState, Team
from deploy.practice import AMI_SECRET
from deploy.practice.server import PracticeServer, asterisk, asterisk_says
from deploy.testing import start, stop
from services.teams import ami
from services.teams import asterisk as connector
from services.teams.asterisk import AsteriskConnector, TeamsReport
from services.teams.seat import Seat
from tests.peers.ear import eventually


@dataclass
class Alice:
    """What a connector tells about Alice's teams."""

    profile: InstanceProfile
    secret: str = AMI_SECRET
    teams: dict[str, Team] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connector = AsteriskConnector(lambda: self.secret, self._take)
        self._thread = threading.Thread(target=self.connector.run)

    def __enter__(self) -> "Alice":
        self.connector.use(Seat("alice", self.profile))
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.connector.stop()
        self._thread.join()

    def _take(self, report: TeamsReport) -> None:
        self.teams |= {each.team_id: each for each in report.teams}

    def sees(self, problem: str | None, team_id: str = "support") -> Team:
        def look() -> Team | None:
            team = self.teams.get(team_id)
            return team if team is not None and team.problem == problem else None

        return eventually(look, within_s=10, what=f"no team {team_id} with problem {problem}")


class Pbx:
    """The practice server's Asterisk, alone."""

    def __init__(self, server: PracticeServer) -> None:
        self.server = server
        self.profile = InstanceProfile.model_validate(tomllib.loads(server.profile()))
        self.start()

    def start(self) -> None:
        self.process = start(asterisk(self.server), self.server.directory / "log")

    def stop(self) -> None:
        stop(self.process)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connector, "REFRESH_PERIOD_S", 0.3)
    monkeypatch.setattr(connector, "RETRY_PAUSE_S", (0.2, 2))
    monkeypatch.setattr(ami, "TIMEOUT_S", 2)  # Asterisk refuses a wrong secret after a second


@pytest.fixture(scope="module")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    pbx = Pbx(PracticeServer.create(tmp_path_factory.mktemp("pbx")))
    yield pbx
    pbx.stop()


def test_a_pbx_that_comes_back_is_seen_again_and_nothing_stale_meanwhile(pbx: Pbx):
    with Alice(pbx.profile) as alice:
        seen = alice.sees(None)
        assert [each.name for each in seen.members if each.membership == "fixed"] == [
            "Carol's robot"
        ]
        alice.connector.log_in("support")
        assert alice.teams["support"].state is MemberState.LOGGED_IN

        pbx.stop()
        away = alice.sees("pbx_unreachable")
        assert (away.state, away.members) == (None, ())
        with pytest.raises(TeamUnavailable):
            alice.connector.log_out("support")

        pbx.start()
        assert alice.sees(None).state is MemberState.LOGGED_IN  # Asterisk keeps its members
        alice.connector.log_out("support")
        assert alice.teams["support"].state is MemberState.LOGGED_OUT


def test_a_pbx_that_hangs_is_no_longer_believed(pbx: Pbx):
    with Alice(pbx.profile) as alice:
        alice.sees(None)
        os.kill(pbx.process.pid, signal.SIGSTOP)
        try:
            alice.sees("pbx_unreachable")
        finally:
            os.kill(pbx.process.pid, signal.SIGCONT)
        alice.sees(None)


def test_a_wrong_secret_is_told_and_the_right_one_taken_when_it_is_there(pbx: Pbx):
    with Alice(pbx.profile, secret="wrong") as alice:
        alice.sees("access_denied")
        alice.secret = AMI_SECRET
        alice.sees(None)


def test_a_pbx_without_the_right_certificate_learns_nothing(pbx: Pbx):
    with Alice(pbx.profile.model_copy(update={"ca_certificate": None})) as alice:
        alice.sees("pbx_untrusted")


def test_a_queue_that_is_removed_is_told(pbx: Pbx):
    file = pbx.server.directory / "asterisk" / "etc" / "queues.conf"
    queues = file.read_text()
    with Alice(pbx.profile) as alice:
        alice.sees(None)
        file.write_text(queues.partition("[support]")[0])
        asterisk_says(pbx.server, "queue reload all")
        assert alice.sees("queue_unknown").members == ()
        alice.sees(None, "sales")

        file.write_text(queues)
        asterisk_says(pbx.server, "queue reload all")
        alice.sees(None)
