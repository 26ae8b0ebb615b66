"""The event stream: whole states with ids; who comes back misses nothing."""

from itertools import takewhile

from redis import Redis

from deploy.stack import Stack
from tests.peers.face import Face


def states(face: Face, call_id: str, after: str) -> list[str]:
    """States of one call as the stream tells them, until its end."""
    seen = []
    for _event_id, event in face.stream(after):
        if event["type"] == "sip.call.changed" and event["call"]["call_id"] == call_id:
            seen.append(event["call"]["state"])
            if seen[-1] == "terminated":
                return seen
    raise AssertionError("the stream ended")


def test_a_call_is_told_from_beginning_to_end_with_growing_revisions(alice: Face):
    start = alice.request("GET", "/api/v1/calls").json()["event_id"]
    call = alice.dial("199")
    revisions = []
    for _event_id, event in alice.stream(start):
        if event["type"] == "sip.call.changed" and event["call"]["call_id"] == call["call_id"]:
            revisions.append(event["call"]["revision"])
            if event["call"]["state"] == "terminated":
                break
    assert revisions == sorted(set(revisions))


def test_who_comes_back_with_the_last_id_gets_the_rest(alice: Face):
    start = alice.request("GET", "/api/v1/calls").json()["event_id"]
    call = alice.dial("600")
    alice.waits_for(call, state="confirmed")
    first_id, _event = next(alice.stream(start))
    alice.command(call, "hang-up")
    alice.waits_for(call, state="terminated")

    rest = states(alice, call["call_id"], first_id)
    assert rest[-1] == "terminated"
    assert rest == states(alice, call["call_id"], start)[-len(rest) :]


def test_every_event_has_an_id_that_grows(alice: Face):
    start = alice.request("GET", "/api/v1/journal").json()["event_id"]
    alice.dial("🎉")
    alice.dial("🎉")
    ids = [
        event_id
        for event_id, _event in takewhile(lambda item: item[0], _first(alice.stream(start), 4))
    ]
    assert len(ids) == 4
    assert ids == sorted(set(ids), key=lambda each: [int(part) for part in each.split("-")])


def _first(stream, count):
    for _ in range(count):
        yield next(stream)


def test_an_unknown_id_is_told_to_load_everything_anew(alice: Face):
    for unknown in ("99999999999999-0", "nonsense"):
        assert next(alice.stream(unknown)) == ("", "reset")


def test_who_was_away_for_longer_than_the_log_reaches_is_told_so(alice: Face, alice_stack: Stack):
    start = alice.request("GET", "/api/v1/calls").json()["event_id"]
    for _ in range(3):
        alice.dial("🎉")
    assert len(list(_first(alice.stream(start), 6))) == 6
    password = alice_stack.secret("redis-password")
    with Redis("127.0.0.1", alice_stack.redis_port, password=password) as redis:
        redis.xtrim("gateway:events", maxlen=1, approximate=False)
        ((newest, _fields),) = redis.xrange("gateway:events", count=1)
    assert next(alice.stream(start)) == ("", "reset")
    alice.dial("🎉")
    assert next(alice.stream(newest.decode()))[0] > newest.decode()
