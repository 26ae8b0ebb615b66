"""Signing in: every way it can fail has its own reason, within ten seconds."""

import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from deploy.practice import certificates
from deploy.practice.server import PracticeServer, asterisk_says
from deploy.program import Program, write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import free_port, running, start, stop
from tests.peers.ear import eventually
from tests.peers.face import Face
from tests.peers.name_server import NameServer


def profile(name: str, domain: str, sip: str = "", ca: str = "") -> str:
    return f'name = "{name}"\ndomain = "{domain}"\n{ca}\n[sip]\n{sip}\n'


@pytest.fixture(scope="module")
def silent_port() -> Iterator[int]:
    """Takes everything, says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        yield peer.getsockname()[1]


@pytest.fixture(scope="module")
def instances(
    practice: PracticeServer, silent_port: int, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Profiles of servers that cannot be signed in to."""
    directory = tmp_path_factory.mktemp("instances")
    other = tmp_path_factory.mktemp("other-authority")
    certificates.create(other)
    other_ca = f"ca_certificate = '''\n{(other / certificates.AUTHORITY).read_text()}'''"
    local = 'host = "127.0.0.1"\n'
    sips = f'port = {practice.sips_port}\ntransport = "tls"'
    profiles = {
        "closed-tcp": profile("x", "practice", f'{local}port = {free_port()}\ntransport = "tcp"'),
        "closed-udp": profile("x", "practice", f'{local}port = {free_port()}\ntransport = "udp"'),
        "silent": profile("x", "practice", f'{local}port = {silent_port}\ntransport = "udp"'),
        "other-ca": profile("x", "practice", local + sips, other_ca),
        "no-ca": profile("x", "practice", local + sips),
        "no-tls": profile(
            "x", "practice", f'{local}port = {practice.sip_port}\ntransport = "tls"', other_ca
        ),
        "broken": "name = ",
    }
    for name, text in profiles.items():
        write(directory / f"{name}.toml", text)
    return directory


@pytest.fixture(scope="module")
def zone(practice: PracticeServer) -> dict[tuple[str, str], list[str]]:
    """One name that leads to the practice server by NAPTR and SRV, the first target being dead."""
    target = "practice.example."
    return {
        ("srv.example", "NAPTR"): ['10 10 "s" "SIP+D2T" "" _sip._tcp.srv.example.'],
        ("_sip._tcp.srv.example", "SRV"): [
            f"20 0 {practice.sip_port} {target}",
            f"10 0 {free_port()} {target}",
        ],
        ("practice.example", "A"): ["127.0.0.1"],
    }


@pytest.fixture(scope="module", params=["new"])
def new_stack(
    request: pytest.FixtureRequest,
    practice: PracticeServer,
    instances: Path,
    zone: dict[tuple[str, str], list[str]],
    servers_directory: Path,
) -> Iterator[Stack]:
    """A stack that belongs to nobody, with a name server of its own."""
    directories = (practice.instances, instances)
    stack = Stack.create(servers_directory / request.param, directories, name=request.param)
    with NameServer(zone) as name_server, ExitStack() as programs:
        for program in stack_programs(stack):
            setting = {"HANDSET_DNS_SERVER": name_server.address}
            own = replace(program, environment={**program.environment, **setting})
            programs.enter_context(running(own, stack.directory / "log"))
        yield stack


@pytest.fixture
def face(new_stack: Stack) -> Iterator[Face]:
    """Nobody yet, and no attempt was made before."""
    forget_attempts(new_stack)
    with Face(new_stack.address) as face:
        yield face


def forget_attempts(stack: Stack) -> None:
    password = stack.secret("redis-password")
    with Redis("127.0.0.1", stack.redis_port, password=password) as redis:
        redis.delete("gateway:attempts:loopback")


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        ("practice", "wrong_password"),
        ("unknown.example", "unknown_server"),
        ("dead.example", "dns_unavailable"),
        ("closed-tcp", "connection_refused"),
        ("closed-udp", "connection_refused"),
        ("silent", "server_unreachable"),
        ("other-ca", "tls_refused"),
        ("no-ca", "tls_refused"),
        ("no-tls", "tls_refused"),
    ],
)
def test_each_failure_has_its_reason_within_ten_seconds(face: Face, server, reason):
    response = face.sign_in(password="wrong", server=server)
    problem = response.json()
    assert response.status_code == 403
    assert (problem["code"], problem["fields"]["reason"]) == ("sign_in_failed", reason)
    assert face.request("GET", "/api/v1/session").status_code == 401


@pytest.mark.parametrize(("refused", "accepted"), [("chat", "sip"), ("sip", "chat")])
def test_the_side_that_refuses_is_named_and_nobody_is_signed_in(
    face: Face, refused: str, accepted: str
):
    response = face.sign_in(**{refused: {"user": "alice", "password": "wrong"}})

    fields = response.json()["fields"]
    assert response.status_code == 403
    assert (fields["side"], fields["accepted"]) == (refused, accepted)
    assert fields["sides"] == {refused: "wrong_password"}
    assert face.request("GET", "/api/v1/session").status_code == 401


@pytest.mark.parametrize("server", ["no/such", "a b", "-", "broken", "http://x"])
def test_what_cannot_be_a_server_is_a_bad_request(face: Face, server):
    response = face.sign_in(server=server)
    assert (response.status_code, response.json()["code"]) == (422, "invalid_request")


def test_attempts_are_limited_from_wherever_on_this_machine_they_come(face: Face, new_stack: Stack):
    for number in range(8):
        with Face(new_stack.address, source=f"127.0.1.{number + 1}") as guesser:
            assert guesser.sign_in(password="wrong").status_code == 403
    response = face.sign_in()
    assert (response.status_code, response.json()["code"]) == (429, "too_many_attempts")
    assert int(response.headers["Retry-After"]) == response.json()["fields"]["retry_in_s"] > 0


def test_attempts_at_the_same_time_are_no_more_than_one_after_another(new_stack: Stack):
    forget_attempts(new_stack)

    def guess(_number: int) -> int:
        with Face(new_stack.address) as guesser:
            return guesser.sign_in(password="wrong").status_code

    with ThreadPoolExecutor(16) as pool:
        answers = Counter(pool.map(guess, range(16)))
    assert answers == {403: 8, 429: 8}


@pytest.mark.parametrize("new_stack", ["owned"], indirect=True)
class TestTheStackBelongsToOneAccount:
    """Alice signs in, by NAPTR and SRV; then nobody else can."""

    def test_from_sign_in_to_sign_out(self, new_stack: Stack, practice: PracticeServer):
        write(new_stack.instances[1] / "srv.toml", profile("srv", "srv.example"))
        with Face(new_stack.address) as alice:
            # the first SRV target is dead: the second is tried (RFC 3263 section 4.3)
            response = alice.sign_in(server="srv", remember=True)
            assert response.status_code == 200, response.text
            assert response.json()["sip"]["state"] == "active"
            assert "HttpOnly" in response.headers["Set-Cookie"]
            assert "SameSite=Strict" in response.headers["Set-Cookie"]
            assert response.headers["Set-Cookie"].startswith("handset-owned=")

            self.another_account_is_refused(new_stack)
            self.another_browser_needs_the_same_password(new_stack)
            self.the_password_is_nowhere_in_the_stores(new_stack)

            assert alice.request("DELETE", "/api/v1/session").status_code == 204
            assert alice.request("GET", "/api/v1/session").status_code == 401
            self.another_account_is_refused(new_stack)

    def another_account_is_refused(self, stack: Stack) -> None:
        with Face(stack.address) as bob:
            response = bob.sign_in("bob@practice", server="srv")
            assert (response.status_code, response.json()["code"]) == (409, "account_taken")

    def another_browser_needs_the_same_password(self, stack: Stack) -> None:
        with Face(stack.address) as other:
            assert other.sign_in(password="wrong", server="srv").status_code == 403
            assert other.sign_in(server="srv").status_code == 200

    def the_password_is_nowhere_in_the_stores(self, stack: Stack) -> None:
        for path in stack.directory.rglob("*"):
            if path.is_file() and not path.is_socket():
                assert b"alice-practice" not in path.read_bytes(), path


def program(stack: Stack, name: str) -> Program:
    return next(each for each in stack_programs(stack) if each.name == name)


@pytest.mark.parametrize("remember", [True, False])
def test_a_restarted_phone_signs_in_again_only_if_it_was_asked_to_remember(
    practice: PracticeServer, servers_directory: Path, remember
):
    """Both halves of the phone are restarted: what only memory held is gone then."""
    name = f"remember-{remember}".lower()
    stack = Stack.create(servers_directory / name, (practice.instances,), name=name)
    log = stack.directory / "log"
    with ExitStack() as others, Face(stack.address) as bob:
        for each in stack_programs(stack):
            if each.name not in ("services", "sip-engine"):
                others.enter_context(running(each, log))
        phone = [start(program(stack, part), log) for part in ("sip-engine", "services")]
        assert bob.sign_in("bob@practice", remember=remember).status_code == 200
        for process in reversed(phone):
            stop(process)
        for part in ("sip-engine", "services"):
            others.enter_context(running(program(stack, part), log))

        def is_signed_in() -> bool:
            response = bob.request("GET", "/api/v1/session")
            return response.status_code == 200 and response.json()["sip"]["state"] == "active"

        if remember:
            eventually(is_signed_in, within_s=10)
        else:
            eventually(lambda: bob.request("GET", "/api/v1/session").status_code == 401)
            assert bob.sign_in("bob@practice").status_code == 200


def test_a_changed_profile_takes_effect_when_the_gateway_starts(
    practice: PracticeServer, servers_directory: Path
):
    """As when a stack moves out of containers, its PBX to another address, and Erin in."""
    instances = servers_directory / "changing-instances"
    instances.mkdir()
    office = write(instances / "office.toml", practice.profile("tcp"))
    stack = Stack.create(servers_directory / "changing", (instances,), name="changing")
    log = stack.directory / "log"
    with ExitStack() as others, Face(stack.address) as carol:
        for each in stack_programs(stack):
            if each.name != "gateway":
                others.enter_context(running(each, log))
        with running(program(stack, "gateway"), log):
            assert carol.sign_in("carol@practice", server="office").status_code == 200
            assert "transport=TCP" in contact_of("carol", practice)
            eventually(lambda: "Carol" in carol.contacts())
        write(
            office, practice.profile("tls") + '\n[[people]]\nname = "Erin"\nnumbers = ["+44123"]\n'
        )
        with running(program(stack, "gateway"), log):
            eventually(lambda: "transport=TLS" in contact_of("carol", practice))
            eventually(lambda: "Erin" in carol.contacts())
            eventually(
                lambda: carol.request("GET", "/api/v1/session").json()["sip"]["state"] == "active"
            )


def contact_of(user: str, practice: PracticeServer) -> str:
    """Where Asterisk would reach a user."""
    contacts = asterisk_says(practice, f"pjsip show aor {user}").splitlines()
    return " ".join(line for line in contacts if "sip:" in line)
