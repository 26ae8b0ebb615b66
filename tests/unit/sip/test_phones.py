"""Which of one's telephones a call starts on."""

import pytest

from contracts.errors import InvalidRequest
from contracts.phones import OwnPhone
from services.sip.phones import phone_for

DESK = OwnPhone(name="Desk", number="104", places_calls=True)
MOBILE = OwnPhone(name="Mobile", number="+491701234567")


@pytest.mark.parametrize(
    ("phones", "wanted", "chosen"),
    [
        ((MOBILE, DESK), None, DESK),
        ((MOBILE,), None, None),
        ((MOBILE, DESK), "", None),
        ((MOBILE, DESK), MOBILE.number, MOBILE),
    ],
)
def test_what_is_asked_for_counts_more_than_what_was_chosen(phones, wanted, chosen):
    assert phone_for(phones, wanted) == chosen


def test_nobody_is_called_on_a_stranger_s_telephone():
    with pytest.raises(InvalidRequest):
        phone_for((DESK,), "103")
