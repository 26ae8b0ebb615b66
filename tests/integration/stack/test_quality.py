"""How well a call is heard is told while it runs, and kept in the journal."""

from tests.peers.ear import eventually
from tests.peers.face import Face, Screen


def test_the_quality_of_a_call_is_told_calmly_and_kept(alice: Face):
    begun = alice.request("GET", "/api/v1/calls").json()["event_id"]
    with Screen(alice, tone_hz=700):
        call = alice.waits_for(alice.dial("600"), state="confirmed")
        quality = eventually(
            lambda: alice.call(call["call_id"])["quality"], within_s=12, what="a quality"
        )
        assert quality["codec"] in ("opus", "G722")
        assert (quality["rating"], quality["problem"]) == ("good", None)
        assert 4 < quality["mos"] <= 4.5
        alice.command(call, "hang-up")
        alice.waits_for(call, state="terminated")
    entry = alice.journal_entry(call, result="answered")
    assert entry["quality"]["rating"] == "good"

    told = [event["call"]["quality"] for event in changes_of(alice, call, begun)]
    assert 1 < len([each for each in told if each is not None]) <= 4


def changes_of(alice: Face, call: dict, after: str) -> list[dict]:
    """All events about a call, up to its end."""
    changes = []
    for _event_id, event in alice.stream(after):
        if event.get("call", {}).get("call_id") == call["call_id"]:
            changes.append(event)
            if event["call"]["state"] == "terminated":
                return changes
    return changes
