"""What identifies a dialog, read from the messages that made it."""

import pytest

from services.sip.engine.commands import Dialog
from services.sip.engine.dialogs import replaces, tags_of


def message(*header_fields: str, body: str = "") -> str:
    return "\r\n".join(("SIP/2.0 200 OK", *header_fields, "", body))


@pytest.mark.parametrize(
    ("from_field", "to_field"),
    [
        ("From: <sip:a@practice>;tag=one", "To: <sip:600@practice>;tag=two"),
        ("f:<sip:a@practice>;tag=one", "t:<sip:600@practice>;tag=two"),
        ("FROM : sip:a@practice;tag=one;x=y", "TO: sip:600@practice ; Tag = two"),
        ("From: <sip:a@practice>\r\n ;tag=one", "To: <sip:600@practice>\r\n\t;tag=two"),
        ('From: "; tag=evil" <sip:a@practice;tag=no>;tag=one', 'To: ";tag=no"<sip:6@p>;tag=two'),
    ],
)
def test_tags_are_parameters_of_from_and_to(from_field, to_field):
    assert tags_of(message("Via: x", from_field, to_field)) == ("one", "two")


@pytest.mark.parametrize(
    "text",
    [
        "",
        message("From: <sip:a@practice>;tag=one", "To: <sip:600@practice>"),
        message("From: <sip:a@practice>;tag=one", body="To: <sip:600@practice>;tag=two"),
        message("From: <sip:a@practice>;tag=one", "X-To: <sip:600@practice>;tag=two"),
    ],
)
def test_without_both_tags_there_is_no_dialog(text):
    assert tags_of(text) is None


def test_replaces_names_the_dialog_as_its_recipient_sees_it():
    """Its to-tag is the recipient's own (RFC 3891 section 3): what is remote to us."""
    dialog = Dialog(
        sip_call_id="x@practice", local_tag="ours", remote_tag="theirs", remote_target="sip:600@p"
    )
    assert replaces(dialog) == "x@practice;to-tag=theirs;from-tag=ours"
