"""From where files are fetched."""

import pytest

from gateway.files import is_at, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
    ],
)
def test_an_inner_address_is_not_public(address: str):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_an_address_of_the_internet_is_public(address: str):
    assert is_public(address)


@pytest.mark.parametrize(
    ("url", "is_there"),
    [
        ("https://Files.example:5443/a/b.png", True),
        ("https://files.example/a/b.png", False),
        ("http://files.example:5443/a/b.png", False),
        ("https://files.example:5443@evil.example/b.png", False),
        ("https://evil.example/files.example:5443/b.png", False),
    ],
)
def test_an_address_is_our_servers_by_scheme_host_and_port(url: str, is_there: bool):  # noqa: FBT001
    assert is_at(url, "https://files.example:5443") is is_there
    assert not is_at(url, None)
