"""Pictures of people: what another client publishes is seen here, and ours is seen there."""

import hashlib
from collections.abc import Iterator

import pytest

from deploy.practice.server import PracticeServer
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face
from tests.peers.pictures import JPEG, SVG, png

ALICE, BOB = "alice@practice", "bob@practice"
OWN = "/api/v1/profile/avatar"


@pytest.fixture
def bob(practice: PracticeServer, alice: Face) -> Iterator[Chatter]:
    with Chatter(practice, "bob") as bob:
        yield bob


def avatar_id_of(face: Face, jid: str) -> str | None:
    items = face.request("GET", "/api/v1/avatars").json()["items"]
    return next((each["avatar_id"] for each in items if each["jid"] == jid), None)


def has(face: Face, jid: str, picture: bytes | None) -> None:
    wanted = None if picture is None else hashlib.sha1(picture).hexdigest()
    eventually(
        lambda: avatar_id_of(face, jid) == wanted, what=f"{jid} has not got the picture {wanted}"
    )


def publish(chatter: Chatter, picture: bytes, media_type: str, said: bytes | None = None) -> None:
    """`said`: the picture that its metadata is about, which may be another one."""
    avatars = chatter.client.plugin["xep_0084"]
    avatar_id = avatars.generate_id(said or picture)
    chatter.ask(lambda: avatars.publish_avatar(picture))
    about = {"id": avatar_id, "type": media_type, "bytes": str(len(picture))}
    chatter.ask(lambda: avatars.publish_avatar_metadata(about))


def put(face: Face, picture: bytes) -> int:
    response = face.http.put(OWN, content=picture, headers={"Content-Type": "image/png"})
    return response.status_code


def test_the_picture_of_a_colleague_is_there_until_they_take_it_away(alice: Face, bob: Chatter):
    picture = png(64, 64)
    publish(bob, picture, "image/png")
    has(alice, BOB, picture)

    address = f"/api/v1/avatars/{avatar_id_of(alice, BOB)}"
    response = alice.http.get(address)
    assert response.content == picture
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response.headers["Cache-Control"]

    bob.ask(lambda: bob.client.plugin["xep_0084"].stop())
    has(alice, BOB, None)
    assert alice.http.get(address).status_code == 404


def test_the_picture_of_a_vcard_is_a_picture_too(alice: Face, bob: Chatter):
    vcards = bob.client.plugin["xep_0054"]
    card = bob.do(vcards.make_vcard)
    card["PHOTO"]["TYPE"], card["PHOTO"]["BINVAL"] = "image/jpeg", JPEG
    bob.ask(lambda: vcards.publish_vcard(card))
    has(alice, BOB, JPEG)

    bob.ask(lambda: bob.client.plugin["xep_0084"].stop())
    has(alice, BOB, None)


def test_what_is_no_picture_is_never_served(alice: Face, bob: Chatter):
    publish(bob, SVG, "image/svg+xml")
    publish(bob, SVG, "image/png")
    publish(bob, png(4000, 2), "image/png")
    publish(bob, png(5, 5), "image/png", said=b"another")
    picture = png(6, 6)
    publish(bob, picture, "image/png")

    has(alice, BOB, picture)
    for each in (SVG, png(4000, 2), png(5, 5), b"another"):
        address = f"/api/v1/avatars/{hashlib.sha1(each).hexdigest()}"
        assert alice.http.get(address).status_code == 404
    assert alice.http.get("/api/v1/avatars/..%2Fsecrets%2Fvault-key").status_code == 404
    bob.ask(lambda: bob.client.plugin["xep_0084"].stop())
    has(alice, BOB, None)


def test_others_and_all_our_screens_have_our_picture(alice: Face, bob: Chatter):
    before = alice.request("GET", "/api/v1/avatars").json()["event_id"]
    picture = png(256, 256)
    assert put(alice, picture) == 200

    avatar_id = hashlib.sha1(picture).hexdigest()
    told = bob.gets(lambda each: avatar_id in str(each))["pubsub_event"]["items"]
    about = told["substanzas"][0]["avatar_metadata"]["info"]
    assert (about["type"], about["width"]) == ("image/png", 256)
    answer = bob.ask(lambda: bob.client.plugin["xep_0084"].retrieve_avatar(ALICE, avatar_id))
    assert answer["pubsub"]["items"]["item"]["avatar_data"]["value"] == picture
    vcard = bob.ask(lambda: bob.client.plugin["xep_0054"].get_vcard(ALICE))
    assert vcard["vcard_temp"]["PHOTO"]["BINVAL"] == picture
    event = next(
        event
        for _event_id, event in alice.stream(before)
        if isinstance(event, dict) and event["type"] == "chat.avatar.changed"
    )
    assert (event["avatar"]["jid"], event["avatar"]["avatar_id"]) == (ALICE, avatar_id)

    assert alice.request("DELETE", OWN).json()["avatar_id"] is None
    has(alice, ALICE, None)


@pytest.mark.parametrize(
    "picture",
    [b"", SVG, png(3000, 1), png(9, 9) + b"\0" * 200_000],
    ids=["nothing", "svg", "too wide", "too many bytes"],
)
def test_what_is_no_picture_is_not_published(alice: Face, picture: bytes):
    assert put(alice, picture) == 422
    assert avatar_id_of(alice, ALICE) is None
