"""Redis refuses writes, or the disk is nearly full: it is said, and nothing is lost or broken."""

from tests.integration.faults.conftest import TONE_HZ
from tests.peers.ear import eventually
from tests.peers.face import Face, Json, Screen
from tests.peers.supervised import SupervisedStack

NO_DISK_IS_SO_LARGE_MB = str(10**9)


def test_a_call_goes_on_and_is_ended_while_redis_refuses_writes(
    supervised: SupervisedStack, alice: Face, talk: Json
):
    with supervised.with_redis_full():
        refused = alice.request("POST", "/api/v1/calls", {"target": "199"})
        assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
        refused = alice.request("PATCH", "/api/v1/settings", {"language": "de"})
        assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
        assert part(alice, "redis") == {"part": "redis", "state": "down", "detail": "storage_full"}

        with Screen(alice, tone_hz=TONE_HZ) as screen:
            screen.hears(TONE_HZ)
            assert alice.command(talk, "hang-up").status_code == 200
            screen.hears_nothing()
        assert alice.dial("112")["priority"] == "emergency"
    supervised.is_healthy()
    assert alice.waits_for(talk, within_s=10, state="terminated")["cause"] == "local_bye"
    assert alice.journal_entry(talk, result="answered")
    assert alice.waits_for(alice.dial("199"), state="terminated")["problem"] == "busy"


def test_a_call_is_answered_while_redis_refuses_writes(supervised, alice):
    first = alice.waits_for(alice.dial("198"), state="confirmed")
    alice.command(first, "hang-up")
    incoming = alice.is_called()
    with supervised.with_redis_full(), Screen(alice) as screen:
        assert alice.command(incoming, "answer").json()["state"] == "confirmed"
        assert alice.command(incoming, "answer").json()["state"] == "confirmed"
        screen.hears_sound()
        assert alice.command(incoming, "hang-up").status_code == 200
    alice.waits_for(incoming, within_s=10, state="terminated")
    entry = alice.journal_entry(incoming, result="answered")
    assert entry["talk_time_s"] > 0


def test_nothing_new_is_begun_while_the_disk_is_nearly_full(supervised, alice):
    language = alice.request("GET", "/api/v1/settings").json()["language"]
    with supervised.with_setting("HANDSET_LEAST_FREE_MB", NO_DISK_IS_SO_LARGE_MB):
        eventually(lambda: part(alice, "redis").get("detail") == "storage_full", within_s=15)
        eventually(lambda: part(alice, "sip-engine").get("state") == "up", within_s=15)
        refused = alice.request("POST", "/api/v1/calls", {"target": "199"})
        assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
        refused = alice.request("PATCH", "/api/v1/settings", {"language": "de"})
        assert (refused.status_code, refused.json()["code"]) == (507, "storage_full")
        assert alice.dial("112")["priority"] == "emergency"
    supervised.is_healthy(within_s=20)
    assert alice.request("GET", "/api/v1/settings").json()["language"] == language
    assert alice.waits_for(alice.dial("199"), state="terminated")["problem"] == "busy"


def part(alice: Face, name: str) -> Json:
    """What the stack says of one of its parts; nothing before it knows."""
    parts = alice.request("GET", "/healthz").json()["parts"]
    return next((each for each in parts if each["part"] == name), {})
