"""Which numbers are for help."""

import pytest

from contracts.emergency import is_emergency_number


@pytest.mark.parametrize(
    "typed", ["112", "110", "1-1-2", " 110 ", "tel:112", "sip:110@example.com"]
)
def test_emergency_numbers_of_the_region_in_any_notation(typed):
    assert is_emergency_number(typed, "DE")


@pytest.mark.parametrize("typed", ["101", "1120", "0112", "+49112", "*112", "", "carol"])
def test_other_numbers_are_no_calls_for_help(typed):
    assert not is_emergency_number(typed, "DE")


def test_each_region_has_its_own():
    assert is_emergency_number("999", "GB")
    assert not is_emergency_number("999", "DE")


@pytest.mark.parametrize("region", [None, "XX"])
def test_two_numbers_help_wherever_one_is(region):
    assert is_emergency_number("112", region)
    assert is_emergency_number("911", region)
    assert not is_emergency_number("101", region)  # a colleague here, the police in India
