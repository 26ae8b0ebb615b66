"""One number in many notations."""

import pytest

from services.directory.numbers import spellings


@pytest.mark.parametrize(
    "text",
    [
        "+49 30 1234-5678",
        "+49 (0)30 / 1234 5678",
        "+493012345678",
        "0049 30 12345678",
        "030 12345678",
        "(030) 1234.5678",
        "tel:+49-30-12345678",
    ],
)
def test_every_notation_of_a_number_has_the_same_e164_form(text):
    assert spellings(text, "DE")[-1] == "+493012345678"


@pytest.mark.parametrize("text", ["101", "*97", "#31#", "8000", "110", "112"])
def test_what_the_instance_numbers_itself_stays_as_it_is(text):
    assert spellings(text, "DE") == [text]


def test_an_extension_that_could_be_a_number_of_the_region_is_first_of_all_an_extension():
    assert spellings("030 12345678", "DE") == ["03012345678", "+493012345678"]


def test_without_a_region_only_a_global_number_is_one():
    assert spellings("+44 20 7946 0018", None) == ["+442079460018"]
    assert spellings("020 7946 0018", None) == ["02079460018"]


@pytest.mark.parametrize("text", ["", "alice", "sip:alice@example.com", "+", "0" * 5000])
def test_what_is_no_number_has_no_spelling(text):
    assert spellings(text, "DE") == []
