"""What people type into a number field, and what is sent for it."""

import pytest

from contracts.sip import CallProblem
from services.sip.targets import Undiallable, number_of, target_uri


@pytest.mark.parametrize(
    ("typed", "user"),
    [
        ("600", "600"),
        (" 101 ", "101"),
        ("*97", "*97"),
        ("#31#", "%2331%23"),
        ("+44 20 7946 0018", "+442079460018"),
        ("(020) 7946-0018", "02079460018"),
        ("020\u00a07946\u20110018", "02079460018"),
        ("0171/5550123", "01715550123"),
        ("+49 (0)30 / 12-34", "+49301234"),
        ("0049 (0)30 1234", "0049301234"),
        ("\u202a+44 20 7946 0018\u202c", "+442079460018"),
        ("\uff10\uff13\uff10 1234", "0301234"),
        ("tel:%2B44%2020%207946%200018", "+442079460018"),
        ("tel:+44-20-7946-0018;ext=7", "+442079460018"),
        ("0800HANDSET", "08004263738"),
        ("bob", "bob"),
        ("bob.smith", "bob.smith"),
        ("bob@practice", "bob"),
        ("sip:bob@practice", "bob"),
        ("SIP:bob@PRACTICE;transport=tcp", "bob"),
        ("sip:%2331%23@practice:5061", "%2331%23"),
    ],
)
def test_numbers_in_any_notation_names_and_uris_become_one_request_uri(typed, user):
    assert target_uri(typed, "practice") == f"sip:{user}@practice"


@pytest.mark.parametrize(
    "typed",
    [
        "🎉",
        "+0",
        "+01234567",
        "+1",
        "1" * 500,
        "++49",
        "call me",
        "a b",
        "<script>",
        "sip:",
        "sip:@practice",
        "-",
        "日本",
        "%00",
    ],
)
def test_nonsense_is_refused(typed):
    with pytest.raises(Undiallable) as refused:
        target_uri(typed, "practice")
    assert refused.value.problem is CallProblem.INVALID_TARGET


@pytest.mark.parametrize(
    "typed", ["sip:600@evil.example", "bob@evil.example", "sips:bob@192.0.2.1"]
)
def test_another_host_is_refused_not_dialled_at_home(typed):
    with pytest.raises(Undiallable) as refused:
        target_uri(typed, "practice")
    assert refused.value.problem is CallProblem.FOREIGN_HOST


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("sip:101@practice", "101"),
        ("sip:+442079460018@practice;user=phone", "+442079460018"),
        ("sip:%2331@practice", "#31"),
        ("sip:bob@practice", None),
        ("", None),
    ],
)
def test_a_number_is_read_from_the_user_part(uri, number):
    assert number_of(uri) == number
