"""Teams: the queues 610 and 620 of the practice server, as Alice has them."""

from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from tests.peers.ear import eventually
from tests.peers.face import Face, Json, Screen


class Support:
    """A team, through one face."""

    def __init__(self, face: Face) -> None:
        self.face = face

    def now(self) -> Json:
        """Empty before the team is known."""
        teams = self.face.request("GET", "/api/v1/teams").json()["items"]
        return next((each for each in teams if each["team_id"] == "support"), {})

    def waits_for(self, **expected: object) -> Json:
        def look() -> Json | None:
            found = self.now()
            return found if expected.items() <= found.items() else None

        return eventually(look, what=f"{expected} in {self.now()}")

    def command(self, verb: str, body: Json | None = None) -> Json:
        answer = self.face.request("POST", f"/api/v1/teams/support/{verb}", body)
        return {"status": answer.status_code, **answer.json()}

    def members(self) -> dict[str, str]:
        return {each["member_id"]: each["state"] for each in self.now()["members"]}

    def phones(self) -> dict[str, str]:
        return {each["member_id"]: each["phone"] for each in self.now()["members"]}

    def callers(self) -> list[str]:
        return [each["number"] for each in self.now()["callers"]]


@pytest.fixture
def support(alice: Face) -> Iterator[Support]:
    """As Alice sees it, who is logged out at first."""
    team = Support(alice)
    team.waits_for(problem=None)
    yield team
    team.command("log-out")


@pytest.fixture
def bob_calls_support(practice: PracticeServer) -> None:
    """Bob's robot waits in the queue: it answers, and is put through to 620."""
    asterisk_says(practice, "channel originate PJSIP/bob-robot extension 620@internal")


def test_alice_logs_in_pauses_for_a_reason_and_logs_out(support: Support):
    assert support.now()["membership"] == "flexible"
    assert support.members()["PJSIP/alice"] == "logged_out"

    assert support.command("log-in")["state"] == "logged_in"
    paused = support.command("pause", {"reason": "Nacharbeit"})
    assert (paused["state"], paused["pause_reason"]) == ("paused", "Nacharbeit")
    assert support.members()["PJSIP/alice"] == "paused"

    assert support.command("unpause")["state"] == "logged_in"
    assert support.command("log-out")["state"] == "logged_out"


def test_what_is_so_already_is_no_error(support: Support):
    assert support.command("log-out")["state"] == "logged_out"
    for _twice in range(2):
        assert support.command("log-in")["state"] == "logged_in"
    assert support.command("unpause")["state"] == "logged_in"


def test_who_is_not_logged_in_cannot_pause(support: Support):
    assert support.command("pause", {"reason": "Nacharbeit"})["code"] == "wrong_team_state"


def test_a_reason_is_one_line(support: Support):
    support.command("log-in")
    answer = support.command("pause", {"reason": "Nacharbeit\r\nAction: Originate"})
    assert answer["code"] == "invalid_request"


def test_a_team_that_does_not_exist_is_not_found(alice: Face):
    answer = alice.request("POST", "/api/v1/teams/nobody/log-in")
    assert answer.json()["code"] == "team_not_found"


def test_a_log_in_by_feature_code_is_seen_too(support: Support):
    support.face.dial("*45620")
    support.waits_for(state="logged_in")


def test_a_waiting_caller_is_seen_and_reaches_alice(support: Support, bob_calls_support: None):
    alice = support.face
    support.command("log-in")

    ringing = alice.is_called()
    eventually(lambda: support.callers() == ["102"], what="Bob, waiting")
    assert support.phones()["PJSIP/alice"] == "called"
    (bob,) = support.now()["callers"]
    assert (bob["display_name"], bob["position"]) == ("Bob", 1)

    with Screen(alice) as screen:
        alice.command(ringing, "answer")
        eventually(lambda: support.callers() == [], what="nobody waiting")
        eventually(lambda: support.phones()["PJSIP/alice"] == "busy", what="Alice, talking")
        screen.hears_sound()


def test_a_caller_who_gives_up_waits_no_longer(
    support: Support, bob_calls_support: None, practice: PracticeServer
):
    eventually(lambda: support.callers() == ["102"], what="Bob, waiting")
    asterisk_says(practice, "channel request hangup all")
    eventually(lambda: support.callers() == [], what="nobody waiting")


def test_faces_hear_of_each_change(support: Support):
    event_id = support.face.request("GET", "/api/v1/teams").json()["event_id"]
    revision = support.now()["revision"]
    support.command("log-in")
    events = support.face.stream(event_id)
    changed = next(
        event["team"]
        for _id, event in events
        if isinstance(event, dict) and event["type"] == "teams.team.changed"
    )
    assert changed["revision"] == revision + 1
    assert changed["state"] == "logged_in"


@pytest.fixture
def support_by_codes(alice: Face, practice: PracticeServer) -> Iterator[Support]:
    """Alice at an instance without AMI."""
    profile = practice.profile().replace(f"[teams.ami]\nport = {practice.ami_port}\n", "")
    codes = """log_in_code = "*45620"
log_out_code = "*46620"
state_number = "*45620*{number}"
"""
    path = practice.instances / "codes.toml"
    path.write_text(profile.replace('number = "620"\n', f'number = "620"\n{codes}'))
    alice.request("DELETE", "/api/v1/session")
    assert alice.sign_in(server="codes").status_code == 200
    team = Support(alice)
    team.waits_for(is_in_sight=False, problem=None)
    team.command("log-out")  # its lamp knows nothing of log-outs by AMI
    yield team
    alice.hang_up_everything()
    alice.request("DELETE", "/api/v1/session")
    assert alice.sign_in().status_code == 200


def test_without_ami_lamps_and_feature_codes_do(support_by_codes: Support):
    support = support_by_codes
    assert support.waits_for(state="logged_out")["members"] == []
    support.command("log-in")
    support.waits_for(state="logged_in")
    assert support.command("pause", {"reason": "Nacharbeit"})["code"] == "wrong_team_state"
    support.command("log-out")
    support.waits_for(state="logged_out")
