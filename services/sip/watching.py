"""Rules of lamps: whose calls are watched by which subscriptions, and what these come to."""

from dataclasses import dataclass
from enum import StrEnum

from contracts.identity import PhoneNumber
from contracts.instance import Person
from contracts.lamps import LampKind, LampState
from contracts.registration import SipAccount


class EventPackage(StrEnum):
    """Event packages of SUBSCRIBE (RFC 6665)."""

    DIALOG = "dialog"  # RFC 4235
    PRESENCE = "presence"  # RFC 3856


@dataclass(frozen=True)
class Watch:
    """A number, and what is subscribed to about it."""

    number: PhoneNumber
    kind: LampKind
    packages: tuple[EventPackage, ...]


def watches(account: SipAccount, most: int) -> list[Watch]:
    """Everybody but ourselves, parking slots and teams, with at most so many subscriptions.

    Of a person both packages are wanted: dialogs tell who calls, presence whether a phone is there.
    If there are too many people, the last ones are watched by their dialogs only, or not at all.
    """
    profile = account.profile
    slots = profile.parking.slot_numbers if profile.parking else []
    teams = list(profile.team_lamps(account.user).values())
    others = [each for each in profile.people if each.numbers and not _is_own(each, account)]
    numbers = list(dict.fromkeys(_watched_number(each) for each in others))
    room = max(most - len(slots) - len(teams), 0)
    numbers = numbers[:room]
    with_presence = room - len(numbers)
    both = (EventPackage.DIALOG, EventPackage.PRESENCE)
    people = [
        Watch(number, LampKind.PERSON, both if index < with_presence else both[:1])
        for index, number in enumerate(numbers)
    ]
    parking = [Watch(number, LampKind.PARKING, both[:1]) for number in slots[:most]]
    logged_in = [Watch(number, LampKind.TEAM, both[:1]) for number in teams[:most]]
    return people + parking + logged_in


def combined(by_dialogs: LampState | None, by_presence: LampState | None) -> LampState:
    """The state of a lamp; None is what has not been told yet, UNKNOWN what was refused.

    Both are waited for: Asterisk calls somebody without a phone free in the one, offline in the
    other.
    """
    if by_dialogs is None or by_presence is None:
        return LampState.UNKNOWN
    if by_dialogs is LampState.UNKNOWN:
        return by_presence
    if by_dialogs is LampState.FREE and by_presence is LampState.OFFLINE:
        return LampState.OFFLINE
    return by_dialogs


def _watched_number(person: Person) -> PhoneNumber:
    """The one at the PBX itself, which alone can be watched, is rather a local one."""
    return next((each for each in person.numbers if not each.startswith("+")), person.numbers[0])


def _is_own(person: Person, account: SipAccount) -> bool:
    own_jid = f"{account.user}@{account.profile.domain}".lower()
    return person.jid == own_jid or account.user in person.numbers
