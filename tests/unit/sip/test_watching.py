"""Whose calls are watched, and what their subscriptions come to."""

import pytest

from contracts.instance import InstanceProfile, Parking, Person
from contracts.lamps import LampKind, LampState
from contracts.registration import SipAccount
from contracts.team_profile import TeamsProfile
from services.sip.dialog_info import NotUnderstood
from services.sip.pidf import presence_state
from services.sip.watching import EventPackage, combined, watches

BOTH = (EventPackage.DIALOG, EventPackage.PRESENCE)


def account(*people: Person, parking: Parking | None = None) -> SipAccount:
    profile = InstanceProfile(name="x", domain="practice", people=people, parking=parking)
    return SipAccount.model_validate({"user": "bob", "password": "x", "profile": profile})


def person(*numbers: str, jid: str | None = None) -> Person:
    return Person(name="Somebody", numbers=numbers, jid=jid)


def test_one_number_of_each_colleague_is_watched_and_none_of_ours():
    watched = watches(
        account(
            person("+442079460018", "101"),
            person("+442079460019"),
            person("102", jid="bob@practice"),
            person(jid="dave@practice"),
            person("101"),
        ),
        most=100,
    )
    assert [each.number for each in watched] == ["101", "+442079460019"]
    assert {each.packages for each in watched} == {BOTH}


def test_without_ami_the_lamps_of_our_teams_are_watched():
    queue = {"queue": "support", "name": "Support", "state_number": "*45620*{number}"}
    teams = {"queues": [{**queue, "flexible_members": ["bob"]}]}
    ours = account(person("102", jid="bob@practice"))
    with_teams = ours.profile.model_copy(update={"teams": TeamsProfile.model_validate(teams)})
    (lamp,) = watches(ours.model_copy(update={"profile": with_teams}), most=100)
    assert (lamp.number, lamp.kind) == ("*45620*102", LampKind.TEAM)


def test_parking_slots_are_watched_by_their_dialogs():
    watched = watches(account(parking=Parking(number="700", first_slot=701, slots=2)), most=100)
    assert [(each.number, each.kind) for each in watched] == [
        ("701", LampKind.PARKING),
        ("702", LampKind.PARKING),
    ]
    assert {each.packages for each in watched} == {(EventPackage.DIALOG,)}


@pytest.mark.parametrize(("people", "both", "dialogs"), [(3, 3, 0), (5, 2, 3), (9, 0, 7)])
def test_there_are_never_more_subscriptions_than_allowed(people, both, dialogs):
    watched = watches(account(*(person(str(200 + number)) for number in range(people))), most=7)
    packages = [each.packages for each in watched]
    assert (packages.count(BOTH), packages.count(BOTH[:1])) == (both, dialogs)


@pytest.mark.parametrize(
    ("by_dialogs", "by_presence", "state"),
    [
        (LampState.FREE, LampState.FREE, LampState.FREE),
        (LampState.FREE, LampState.OFFLINE, LampState.OFFLINE),
        (LampState.CALLED, LampState.FREE, LampState.CALLED),
        (LampState.BUSY, LampState.OFFLINE, LampState.BUSY),
        (LampState.UNKNOWN, LampState.BUSY, LampState.BUSY),  # presence is the fallback
        (LampState.CALLED, LampState.UNKNOWN, LampState.CALLED),
        (LampState.UNKNOWN, LampState.UNKNOWN, LampState.UNKNOWN),
        (None, LampState.OFFLINE, LampState.UNKNOWN),
        (LampState.FREE, None, LampState.UNKNOWN),
    ],
)
def test_dialogs_and_presence_come_to_one_state(by_dialogs, by_presence, state):
    assert combined(by_dialogs, by_presence) is state


def presence(basic: str, *, note: str = "Ready", activity: str = "") -> str:
    """As Asterisk sends it."""
    person = f"<pp:person><status>{activity}</status></pp:person>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<presence entity="sip:103@practice" xmlns="urn:ietf:params:xml:ns:pidf" '
        'xmlns:pp="urn:ietf:params:xml:ns:pidf:person" '
        'xmlns:ep="urn:ietf:params:xml:ns:pidf:rpid:rpid-person">'
        f"<note>{note}</note>{person}"
        f'<tuple id="103"><status><basic>{basic}</basic></status></tuple></presence>'
    )


PHONE = "<ep:activities><ep:on-the-phone/></ep:activities>"


@pytest.mark.parametrize(
    ("document", "state"),
    [
        (presence("open"), LampState.FREE),
        (presence("closed", note="Unavailable"), LampState.OFFLINE),
        (presence("open", note="On the phone", activity=PHONE), LampState.BUSY),
        (presence("open", note="Ringing", activity=PHONE), LampState.CALLED),
    ],
)
def test_presence_alone_tells_the_same_four_states(document, state):
    assert presence_state(document) is state


@pytest.mark.parametrize("hostile", ["", "open", "<dialog-info/>"])
def test_presence_that_does_not_fit_is_not_understood(hostile):
    with pytest.raises(NotUnderstood):
        presence_state(hostile)
