"""What a person chose, and being away by oneself."""

import pytest

from contracts.presence import OwnPresence, Show
from services.chat.own_presence import absent, chosen, returned

AT_THE_DESK = OwnPresence(revision=3, show=Show.AVAILABLE, status="At my desk")


def test_who_is_away_by_themselves_comes_back_as_they_were():
    away = absent(AT_THE_DESK, "Back soon")

    assert (away.show, away.status) == (Show.AWAY, "Back soon")
    assert absent(away, "Later") == away
    assert returned(away) == AT_THE_DESK
    assert returned(AT_THE_DESK) == AT_THE_DESK


@pytest.mark.parametrize("show", [Show.AWAY, Show.XA, Show.DND])
def test_what_somebody_chose_is_not_overwritten(show: Show):
    own = chosen(AT_THE_DESK, show, "Meeting")

    assert absent(own, "Back soon") == own


def test_a_choice_ends_being_away_by_oneself():
    own = chosen(absent(AT_THE_DESK, "Back soon"), Show.DND, "Meeting")

    assert own.instead_of is None
    assert returned(own) == own
