"""Calls are recorded: everybody is told by a tone, and the journal has what was said."""

import io
import wave
from collections.abc import Iterator

import numpy as np
import pytest
from redis import Redis

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from tests.peers.ear import Ear, eventually
from tests.peers.face import Face, Json, Screen
from tests.peers.telephone import Telephone

ALICE_HZ, BOB_HZ, WARNING_HZ = 700, 1100, 1400


@pytest.fixture(scope="module")
def bob(practice: PracticeServer) -> Iterator[Telephone]:
    with Telephone(practice, "bob", BOB_HZ) as bob:
        yield bob


@pytest.fixture
def recorded(alice: Face, bob: Telephone) -> Json:
    """A call with bob that was recorded for a moment and is over."""
    with Screen(alice, tone_hz=ALICE_HZ) as screen:
        call = alice.waits_for(alice.dial("102"), state="confirmed")
        screen.hears(BOB_HZ)
        record(alice, call)
        screen.listen_anew()
        eventually(lambda: screen.share_of(BOB_HZ) > 0.9, what="bob after the tone")
        alice.command(call, "hang-up")
        alice.waits_for(call, state="terminated")
    return call


def test_a_recording_is_announced_by_a_tone_to_both(alice: Face, bob: Telephone):
    with Screen(alice, tone_hz=ALICE_HZ) as screen:
        call = alice.waits_for(alice.dial("102"), state="confirmed")
        bob.hears(ALICE_HZ)

        started = record(alice, call)

        assert [each["ended_at"] for each in started["recordings"]] == [None]
        for ear in (screen, bob):
            eventually(lambda ear=ear: hears_the_warning(ear), what="the warning tone")

        stopped = record(alice, call, on=False)
        assert all(each["ended_at"] for each in stopped["recordings"])
        eventually(lambda: bob.share_of(ALICE_HZ) > 0.9, what="alice without the tone")


def test_the_journal_lists_it_until_it_is_deleted_and_it_is_played_in_parts(
    alice: Face, alice_stack: Stack, recorded: Json
):
    entry = alice.journal_entry(recorded, result="answered")
    (recording,) = entry["recordings"]
    path = f"/api/v1/recordings/{recording['recording_id']}"

    heard = Ear(16_000)
    heard.take(pcm_of(eventually(lambda: finished(alice, path), what="a finished file")))
    for tone_hz in (ALICE_HZ, BOB_HZ):
        assert heard.share_of(tone_hz) > 0.3

    part = alice.http.get(path, headers={"Range": "bytes=0-43"})
    assert (part.status_code, len(part.content)) == (206, 44)
    assert part.headers["Content-Type"] == "audio/wav"
    saved = alice.http.get(path, params={"download": "true"})
    assert saved.headers["Content-Disposition"].startswith("attachment; filename=")
    with Face(alice.address) as stranger:
        assert stranger.http.get(path).status_code == 401

    assert alice.request("DELETE", path).status_code == 204

    assert alice.journal_entry(recorded)["recordings"] == []
    for gone in (alice.http.get(path), alice.request("DELETE", path)):
        assert (gone.status_code, gone.json()["code"]) == (404, "not_found")
    assert not file_of(alice_stack, recording).exists()


def test_a_recording_is_deleted_when_it_has_been_kept_long_enough(
    alice: Face, alice_stack: Stack, recorded: Json
):
    (recording,) = alice.journal_entry(recorded, result="answered")["recordings"]
    grow_old(alice_stack, recording)
    try:
        assert keep(alice, days=0).status_code == 200
        assert file_of(alice_stack, recording).exists()

        assert keep(alice, days=30).status_code == 200

        assert not file_of(alice_stack, recording).exists()
        assert alice.journal_entry(recorded)["recordings"] == []
        assert keep(alice, days=-1).status_code == 422
    finally:
        keep(alice, days=90)


def test_a_conference_is_recorded_as_one(alice: Face, bob: Telephone, practice: PracticeServer):
    with Telephone(practice, "carol", 1900) as carol, Screen(alice, tone_hz=ALICE_HZ) as screen:
        with_bob = alice.waits_for(alice.dial("102"), state="confirmed")
        record(alice, with_bob)
        with_carol = alice.waits_for(alice.dial("103"), state="confirmed")
        body = {"call_ids": [with_bob["call_id"], with_carol["call_id"]]}
        assert alice.request("POST", "/api/v1/conferences", body).status_code == 201

        for ear in (screen, bob, carol):
            eventually(lambda ear=ear: hears_the_warning(ear), what="the warning tone")
        screen.listen_anew()
        eventually(lambda: screen.share_of(BOB_HZ) > 0.3, what="bob after the tone")
        alice.hang_up_everything()

    entries = [alice.journal_entry(call, result="answered") for call in (with_bob, with_carol)]
    ids = {each["recording_id"] for entry in entries for each in entry["recordings"]}
    assert len(ids) == 1
    path = f"/api/v1/recordings/{ids.pop()}"
    heard = Ear(16_000)
    heard.take(pcm_of(eventually(lambda: finished(alice, path), what="a finished file")))
    assert min(heard.share_of(tone_hz) for tone_hz in (ALICE_HZ, BOB_HZ, carol.tone_hz)) > 0.1


def test_what_cannot_be_recorded_is_refused(alice: Face):
    ringing = alice.waits_for(alice.dial("197"), state="early")
    refused = alice.command(ringing, "recording", {"on": True})
    assert (refused.status_code, refused.json()["code"]) == (409, "wrong_call_state")
    for nonsense in ("nonsense", "../secrets/vault-key", "0" * 32):
        assert alice.http.get(f"/api/v1/recordings/{nonsense}").status_code == 404


def record(alice: Face, call: Json, *, on: bool = True) -> Json:
    answer = alice.command(call, "recording", {"on": on})
    assert answer.status_code == 200, answer.text
    return answer.json()


def hears_the_warning(ear: Ear) -> bool:
    """For half a second, beside whoever speaks."""
    return ear.share_of(WARNING_HZ) > 0.15


def finished(alice: Face, path: str) -> bytes | None:
    """The file, once its lengths are written."""
    answer = alice.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.content if answer.content[40:44] != bytes(4) else None


def pcm_of(file: bytes) -> bytes:
    with wave.open(io.BytesIO(file)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (16_000, 1)
        return sound.readframes(sound.getnframes())


def file_of(stack: Stack, recording: Json):
    return stack.directory / "recordings" / f"{recording['recording_id']}.wav"


def grow_old(stack: Stack, recording: Json) -> None:
    password = stack.secret("redis-password")
    with Redis("127.0.0.1", stack.redis_port, password=password) as store:
        a_year_ago_s = np.datetime64("now").astype(int) - 365 * 24 * 3600
        store.zadd("journal:recordings", {recording["recording_id"]: int(a_year_ago_s)})


def keep(alice: Face, *, days: int):
    return alice.request("PATCH", "/api/v1/settings", {"recording_days": days})
