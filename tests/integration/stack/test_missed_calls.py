"""Missed calls are counted until somebody looks at the journal, on whichever screen."""

from deploy.practice.server import PracticeServer, asterisk_says
from tests.peers.face import Face


def missed_calls(face: Face) -> int:
    count: int = face.request("GET", "/api/v1/journal/missed-calls").json()["calls"]
    return count


def test_missed_calls_are_counted_until_somebody_looks(alice: Face, practice: PracticeServer):
    alice.looks_at_the_journal()
    assert missed_calls(alice) == 0

    for missed in (1, 2):
        asterisk_says(practice, "channel originate Local/101@internal application Wait 1")
        call = alice.is_called()
        asterisk_says(practice, "channel request hangup all")
        alice.journal_entry(call, result="missed")
        assert missed_calls(alice) == missed

    alice.waits_for(alice.dial("601"), state="confirmed")
    alice.hang_up_everything()
    assert missed_calls(alice) == 2
    alice.looks_at_the_journal()
    assert missed_calls(alice) == 0


def test_what_is_not_in_the_journal_cannot_have_been_seen(alice: Face):
    refused = alice.request("POST", "/api/v1/journal/seen", {"entry_id": "nothing"})
    assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
