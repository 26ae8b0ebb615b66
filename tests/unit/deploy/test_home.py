"""Which stack is meant, and what is remembered of it."""

import socket
from pathlib import Path

import pytest

from deploy.home import FIRST_PORT, Failure, Home


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("HANDSET_HOME", str(tmp_path))
    for name in ("HANDSET_STACK", "HANDSET_PORT", "HANDSET_NETWORK"):
        monkeypatch.delenv(name, raising=False)
    return Home()


@pytest.mark.parametrize("name", ["practice", "Alice", "a b", "-", "../bob", "x" * 33])
def test_a_name_that_cannot_be_one_is_refused(home: Home, monkeypatch, name):
    monkeypatch.setenv("HANDSET_STACK", name)
    with pytest.raises(Failure, match="HANDSET_STACK"):
        Home()


def test_a_port_that_was_asked_for_is_remembered(home: Home, monkeypatch):
    assert home.last_gateway_port() == FIRST_PORT
    monkeypatch.setenv("HANDSET_PORT", "8499")
    assert home.gateway_port(is_running=True) == 8499
    monkeypatch.delenv("HANDSET_PORT")
    assert Home().gateway_port(is_running=True) == 8499


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_what_is_no_port_is_refused(home: Home, monkeypatch, port):
    monkeypatch.setenv("HANDSET_PORT", port)
    with pytest.raises(Failure, match="not a port"):
        home.gateway_port(is_running=False)


def test_a_taken_port_is_refused_with_one_that_is_free(home: Home, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        monkeypatch.setenv("HANDSET_PORT", str(port))
        with pytest.raises(Failure, match=rf"port {port} is taken by .*; choose another: HANDSET"):
            home.gateway_port(is_running=False)


def test_the_network_is_remembered_and_must_be_one_that_exists(home: Home, monkeypatch):
    assert home.network() == "bridge"
    monkeypatch.setenv("HANDSET_NETWORK", "host")
    assert home.network() == "host"
    monkeypatch.delenv("HANDSET_NETWORK")
    assert Home().network() == "host"
    monkeypatch.setenv("HANDSET_NETWORK", "moon")
    with pytest.raises(Failure, match="bridge or host"):
        home.network()
