"""Header fields of strangers."""

import pytest

from services.sip.engine.remotes import remote_of


@pytest.mark.parametrize(
    ("name_addr", "number", "display_name", "uri"),
    [
        ('"Bob Miller" <sip:102@practice>', "102", "Bob Miller", "sip:102@practice"),
        ("Bob <sip:bob@practice;transport=tcp>", None, "Bob", "sip:bob@practice"),
        ("<sip:+442079460018@practice>", "+442079460018", "", "sip:+442079460018@practice"),
        ("sip:101@practice", "101", "", "sip:101@practice"),
        (r'"A \"quoted\" name" <sip:1@h>', "1", 'A "quoted" name', "sip:1@h"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', None, "Anonymous",
         "sip:anonymous@anonymous.invalid"),
    ],
)  # fmt: skip
def test_name_number_and_uri_are_read(name_addr, number, display_name, uri):
    remote = remote_of(name_addr)
    assert (remote.number, remote.display_name, remote.uri) == (number, display_name, uri)


@pytest.mark.parametrize(
    "hostile",
    ["", "<", '"unclosed <sip:1@h>', "<script>alert(1)</script>", "<sip:" + "a" * 5000 + "@h>"],
)
def test_what_does_not_fit_is_an_unknown_caller(hostile):
    remote = remote_of(hostile)
    assert remote.number is None
    assert remote.uri is None


def test_control_characters_and_length_of_a_name_are_cut():
    remote = remote_of('"\x1b[2J\u202eeve' + "x" * 1000 + '" <sip:1@h>')
    assert remote.display_name.startswith("[2Jeve")
    assert len(remote.display_name) == 256
