"""The way in: who may pass, and what is told to those who may not."""

import json
import socket
from contextlib import ExitStack
from pathlib import Path

import pytest
from websockets.exceptions import ConnectionClosed

from deploy.practice.server import PracticeServer
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running_all
from tests.peers.ear import eventually
from tests.peers.face import Face, Screen


@pytest.fixture
def nobody(alice_stack: Stack):
    with Face(alice_stack.address) as face:
        yield face


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/session"),
        ("DELETE", "/api/v1/session"),
        ("GET", "/api/v1/calls"),
        ("POST", "/api/v1/calls"),
        ("POST", "/api/v1/calls/x/answer"),
        ("GET", "/api/v1/contacts"),
        ("GET", "/api/v1/contacts/by-number"),
        ("PATCH", "/api/v1/contacts/x"),
        ("GET", "/api/v1/journal"),
        ("GET", "/api/v1/settings"),
        ("PATCH", "/api/v1/settings"),
        ("GET", "/api/v1/events"),
    ],
)
def test_nothing_is_told_without_a_login_session(nobody: Face, method, path):
    response = nobody.request(method, path, {} if method in ("POST", "PATCH") else None)
    assert (response.status_code, response.json()["code"]) == (401, "sign_in_required")


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Host": "evil.example"},
    ],
)
def test_other_sites_may_not_use_the_stack(alice: Face, headers):
    response = alice.request("POST", "/api/v1/calls", {"target": "600"}, headers=headers)
    assert (response.status_code, response.json()["code"]) == (403, "forbidden_origin")
    assert alice.calls() == []


def test_another_sites_page_gets_no_audio(alice: Face):
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
               "Origin": "https://evil.example"}  # fmt: skip
    response = alice.request("GET", "/api/v1/audio", headers=upgrade)
    assert response.status_code == 403


def test_the_engine_refuses_audio_without_the_token(alice_stack: Stack):
    with socket.create_connection(("127.0.0.1", alice_stack.audio_port), 5) as connection:
        connection.sendall(b"guess\n")
        assert connection.recv(1) == b""


def test_pages_are_protected_and_assets_cached(nobody: Face):
    page = nobody.request("GET", "/")
    assert page.status_code == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert nobody.request("GET", "/journal").text == page.text
    assert nobody.request("GET", "/api/v1/nothing").json()["code"] == "not_found"
    assert nobody.request("GET", "/assets/../../pyproject.toml").text == page.text


@pytest.mark.parametrize(
    "body", ["{", "[]", '"x"', '{"target": 7}', '{"target": ""}', "{}", '{"target": "' + "1" * 2000]
)
def test_a_body_that_does_not_fit_is_told_what_is_wrong(alice: Face, body):
    response = alice.http.post(
        "/api/v1/calls", content=body, headers={"Content-Type": "application/json"}
    )
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")
    assert response.json()["fields"]["problems"]


def test_health_names_every_part(nobody: Face):
    response = nobody.request("GET", "/healthz")
    assert response.status_code == 200
    parts = {part["part"]: part["state"] for part in response.json()["parts"]}
    expected = (
        *("rabbitmq", "redis", "sip", "sip-engine", "chat", "chat-engine"),
        *("directory", "journal", "teams"),
    )
    assert parts == dict.fromkeys(expected, "up")


def test_sign_out_ends_streams_and_audio_at_once(practice: PracticeServer, servers_directory: Path):
    stack = Stack.create(servers_directory / "gone", (practice.instances,), name="gone")
    with ExitStack() as programs, Face(stack.address) as carol:
        programs.enter_context(running_all(stack_programs(stack), stack.directory / "log"))
        assert carol.sign_in("carol@practice").status_code == 200
        with Screen(carol, speaks=False) as screen:
            eventually(lambda: screen.is_taking, what="frames from the engine")
            with carol.http.stream("GET", "/api/v1/events", timeout=5) as events:
                assert events.status_code == 200
                assert carol.request("DELETE", "/api/v1/session").status_code == 204
                list(events.iter_lines())  # to its end, which comes before the deadline
            eventually(lambda: screen.is_closed, what="the end of the audio")


def test_without_a_login_session_there_is_no_audio(nobody: Face):
    with pytest.raises(ConnectionClosed) as refused:
        Screen(nobody)
    assert refused.value.rcvd.code == 4000


def test_settings_are_kept_and_told_to_every_screen(alice: Face):
    before = alice.request("GET", "/api/v1/settings").json()
    start = alice.request("GET", "/api/v1/calls").json()["event_id"]
    changed = alice.request("PATCH", "/api/v1/settings", {"language": "de"}).json()
    assert changed["language"] == "de"
    assert changed["revision"] > before["revision"]
    told = (event for _id, event in alice.stream(start) if "settings" in event)
    assert next(told) == {"type": "gateway.settings.changed", "settings": changed}
    refused = alice.request("PATCH", "/api/v1/settings", {"language": "tlh"})
    assert refused.status_code == 422


def test_the_journal_is_read_in_pages_newest_first(alice: Face):
    calls = [alice.dial("🎉") for _ in range(5)]
    for call in calls:
        alice.journal_entry(call, result="failed")
    seen, after = [], None
    while len(seen) < 5:
        page = alice.journal(limit=2, **({"after": after} if after else {}))
        seen += [item["entry_id"] for item in page["items"]]
        after = page["next"]
    assert seen[:5] == [call["call_id"] for call in reversed(calls)]
    assert alice.request("GET", "/api/v1/journal", params={"after": "nobody"}).status_code == 422
    assert alice.request("GET", "/api/v1/journal", params={"limit": 0}).status_code == 422


def test_the_description_of_the_api_is_served(nobody: Face):
    served = nobody.request("GET", "/api/v1/openapi.json").json()
    assert served["openapi"].startswith("3.1")
    assert "/api/v1/calls/{call_id}/hold" in served["paths"]
    assert json.dumps(served)
