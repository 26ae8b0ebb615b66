"""Calls that come in and go elsewhere: forwarding, do-not-disturb, and phones of one's own."""

from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer, asterisk_says
from tests.peers.ear import eventually
from tests.peers.face import Face, Json

RULES = "/api/v1/incoming-rules"
OFF = {"is_on": False}
TONE = {"is_on": True, "target": "601"}


@pytest.fixture
def alice(alice: Face) -> Iterator[Face]:
    yield alice
    changes(alice, always=OFF, do_not_disturb=OFF, busy=OFF, no_answer=OFF, follow_me=OFF)


def changes(face: Face, **rules: Json) -> None:
    response = face.request("PATCH", RULES, rules)
    assert response.status_code == 200, response.text


def preview(face: Face) -> Json:
    return face.request("GET", f"{RULES}/preview").json()["external"]


def newest_entry(face: Face, *, result: str, reason: str) -> Json:
    """Once it is that of a call that was diverted for this reason."""

    def look() -> Json | None:
        entry = face.journal(limit=1)["items"][0]
        found = entry["result"], (entry["diversion"] or {}).get("reason")
        return entry if found == (result, reason) else None

    return eventually(look, within_s=10, what=f"no newest entry: {result}, {reason}")


class Caller:
    """Somebody at the server who calls Alice."""

    def __init__(self, practice: PracticeServer) -> None:
        self._practice = practice
        asterisk_says(practice, "channel originate Local/101@internal application Wait 60")

    def hears(self, application: str) -> None:
        """What the server does with the call in the end."""
        eventually(lambda: application in self._shown(), within_s=10, what=self._shown())
        asterisk_says(self._practice, "channel request hangup all")

    def _shown(self) -> str:
        return asterisk_says(self._practice, "core show channels concise")


def test_a_forwarded_call_goes_to_its_target_and_never_rings(alice: Face, practice):
    changes(alice, always=TONE)
    diversion = {"reason": "unconditional", "target": "601"}
    assert preview(alice) == {"rings_for_s": 0, "diversion": diversion, "unheard": None}

    Caller(practice).hears("!Milliwatt!")

    entry = newest_entry(alice, result="diverted", reason="unconditional")
    assert (entry["diversion"], entry["ring_time_s"] < 1) == (diversion, True)
    assert alice.calls() == []


def test_do_not_disturb_leaves_callers_to_the_voicemail(alice: Face, practice):
    changes(alice, do_not_disturb={"is_on": True})
    Caller(practice).hears("!VoiceMail!")
    entry = newest_entry(alice, result="missed", reason="do_not_disturb")
    assert entry["diversion"]["target"] is None


def test_a_call_that_is_rejected_goes_where_busy_calls_go(alice: Face, practice):
    changes(alice, busy=TONE)
    caller = Caller(practice)
    assert alice.command(alice.is_called(), "reject").status_code == 200
    caller.hears("!Milliwatt!")
    newest_entry(alice, result="diverted", reason="user_busy")


def test_a_ring_that_no_screen_acknowledges_goes_on_to_the_own_phone(alice: Face, practice):
    changes(alice, follow_me=TONE)
    caller = Caller(practice)
    assert alice.is_called()["state"] == "early"
    caller.hears("!Milliwatt!")
    newest_entry(alice, result="diverted", reason="follow_me")


def test_a_ring_that_a_screen_acknowledges_waits_for_an_answer(alice: Face, practice):
    changes(alice, follow_me=TONE, no_answer=TONE, no_answer_after_s=6)
    caller = Caller(practice)
    call = alice.is_called()
    assert alice.command(call, "ringing").status_code == 204
    caller.hears("!Milliwatt!")
    newest_entry(alice, result="diverted", reason="no_answer")


def test_what_cannot_be_dialled_is_no_target(alice: Face):
    for target in ("", "🎉", "sip:600@evil.example", "alice"):
        refused = alice.request("PATCH", RULES, {"always": {"is_on": True, "target": target}})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request"), target
        assert refused.json()["fields"]["field"] == "always"
    assert not alice.request("GET", RULES).json()["always"]["is_on"]


def test_rescuers_get_through_after_a_call_for_help(alice: Face, practice):
    changes(alice, do_not_disturb={"is_on": True})
    alice.waits_for(alice.dial("112"), state="terminated")
    assert alice.request("GET", RULES).json()["suspended_until"] is not None

    Caller(practice)

    assert alice.is_called()["state"] == "early"
    asterisk_says(practice, "channel request hangup all")
