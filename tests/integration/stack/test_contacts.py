"""The contact list: the people of the instance's profile, with stars of one's own."""

from tests.peers.ear import eventually
from tests.peers.face import Face


def test_everybody_of_the_profile_is_a_contact(alice: Face):
    eventually(lambda: {"Alice", "Bob", "Carol"} <= alice.contacts().keys())
    bob = alice.contacts()["Bob"]
    assert (bob["jid"], bob["numbers"], bob["is_favourite"]) == ("bob@practice", ["102"], False)


def test_a_star_is_kept_by_the_stack_and_told_to_every_face(alice: Face):
    eventually(lambda: "Bob" in alice.contacts())
    listed = alice.request("GET", "/api/v1/contacts").json()
    bob = next(each for each in listed["items"] if each["name"] == "Bob")
    path = f"/api/v1/contacts/{bob['contact_id']}"
    for is_favourite in (True, False):
        changed = alice.request("PATCH", path, {"is_favourite": is_favourite}).json()
        assert changed == alice.contacts()["Bob"]
        assert changed["is_favourite"] is is_favourite
    again = alice.request("PATCH", path, {"is_favourite": False}).json()
    assert again["revision"] == changed["revision"]

    told = (event for _id, event in alice.stream(listed["event_id"]) if "contact" in event)
    assert [next(told)["contact"]["is_favourite"] for _ in range(2)] == [True, False]


def test_the_star_of_nobody_is_not_found(alice: Face):
    response = alice.request("PATCH", "/api/v1/contacts/nobody", {"is_favourite": True})
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    response = alice.request("PATCH", "/api/v1/contacts/nobody", {})
    assert response.status_code == 422


def test_whose_numbers_they_are_is_asked_for_many_at_once(alice: Face):
    eventually(lambda: "Bob" in alice.contacts())
    path = "/api/v1/contacts/by-number"
    found = alice.request("GET", path, params={"numbers": "102,1 0 3,600,x"}).json()["items"]
    assert {number: contact["name"] for number, contact in found.items()} == {
        "102": "Bob",
        "1 0 3": "Carol",
    }
    too_many = alice.request("GET", path, params={"numbers": ",".join(["102"] * 101)})
    assert (too_many.status_code, too_many.json()["code"]) == (422, "invalid_request")
