"""Rules of one's own telephones: which of them a call starts on."""

from contracts.errors import InvalidRequest
from contracts.phones import OwnPhone


def phone_for(phones: tuple[OwnPhone, ...], wanted: str | None) -> OwnPhone | None:
    """The one of that number, or the chosen one if none is named; None: here.

    Raises InvalidRequest: nobody is called on a telephone that is not the person's.
    """
    if wanted is None:
        return next((each for each in phones if each.places_calls), None)
    if wanted == "":
        return None
    found = next((each for each in phones if each.number == wanted), None)
    if found is None:
        raise InvalidRequest("none of the person's phones", field="phone")
    return found
