"""The whole product in containers: calls, parts that die, a change of mode, and neighbours."""

import os
import signal
import subprocess

import httpx
import pytest

from deploy.ports import free_port
from deploy.program import REPOSITORY
from tests.compose.conftest import Person, docker
from tests.peers.ear import eventually
from tests.peers.face import Face, Screen

PARTS = {
    *("rabbitmq", "redis", "sip-engine", "sip", "chat-engine", "chat"),
    *("directory", "journal", "teams", "gateway"),
}


def test_a_call_is_heard_and_stands_in_the_journal(alice: Person):
    with alice.face() as face:
        assert face.sign_in().status_code == 200
        with Screen(face, 700) as screen:
            echo = face.dial("600")
            screen.hears(700, within_s=12)
            face.command(echo, "hang-up")
            bob = face.dial("102")
            screen.hears(1000, within_s=15)
            face.command(bob, "hang-up")
        face.journal_entry(bob, result="answered")


def test_make_up_again_changes_nothing(alice: Person):
    before = {name: each["Id"] for name, each in alice.containers().items()}
    assert set(before) == PARTS
    alice.make("up")
    assert {name: each["Id"] for name, each in alice.containers().items()} == before
    assert "gateway" in alice.make("status")


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_part_that_is_killed_comes_back_by_itself(alice: Person, part: str):
    process_id = alice.containers()[part]["State"]["Pid"]
    os.kill(process_id, signal.SIGKILL)
    with alice.face() as face:
        eventually(lambda: _process_id(alice, part) not in (0, process_id), within_s=5)
        eventually(lambda: _is_up(face), within_s=20)


def _is_up(face: Face) -> bool:
    try:
        return face.request("GET", "/healthz").status_code == httpx.codes.OK
    except httpx.HTTPError:  # Docker answers for a container that is not there
        return False


def _process_id(person: Person, part: str) -> int:
    container = person.containers().get(part)
    return container["State"]["Pid"] if container else 0


def test_containers_have_no_more_rights_than_they_need(alice: Person):
    for name, container in alice.containers().items():
        host = container["HostConfig"]
        user = container["Config"]["User"].partition(":")[0]
        assert user not in ("", "0", "root"), name
        assert host["ReadonlyRootfs"], name
        assert host["CapDrop"] == ["ALL"], name
        assert "no-new-privileges:true" in host["SecurityOpt"], name
        assert host["Memory"] > 0, name
        assert host["PidsLimit"] > 0, name
        assert container["Config"]["Healthcheck"]["Test"][0] == "CMD", name
        published = [each for each in host["PortBindings"].values() if each]
        expected = [[{"HostIp": "127.0.0.1", "HostPort": str(alice.port)}]]
        assert published == (expected if name == "gateway" else []), name


def test_no_secret_is_in_an_environment_or_on_a_command_line(alice: Person):
    secrets = [each.read_text().strip() for each in (alice.home / "alice/secrets").iterdir()]
    container_ids = [each["Id"] for each in alice.containers().values()]
    processes = [docker("top", each, "-eo", "pid,args") for each in container_ids]
    shown = docker("inspect", *container_ids) + "".join(processes)
    assert secrets
    assert not [secret for secret in secrets if secret in shown]


@pytest.mark.parametrize("command", [("docker", "compose"), ("docker-compose",)], ids="-".join)
@pytest.mark.parametrize("override", ["practice", "host-network"])
def test_old_and_new_compose_accept_the_files(alice: Person, command: tuple[str, ...], override):
    numbers = ("PORT", "UID", "AUDIO_PORT", "RTP_PORT_FIRST", "RTP_PORT_LAST")
    names = ("STACK", "TAG", "USER", "DIRECTORY", "PRACTICE_DIRECTORY", "PRACTICE_NETWORK")
    values = {f"HANDSET_{name}": "1" for name in numbers}
    values |= {f"HANDSET_{name}": "/any" for name in names}
    files = ("-f", "docker-compose.yml", "-f", f"deploy/compose/{override}.yml")
    ended = subprocess.run(
        (*command, *files, "config", "--quiet"), cwd=REPOSITORY, env={**os.environ, **values},
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "")


def test_two_people_talk_and_cannot_reach_each_others_stores(alice: Person, bob: Person):
    with alice.face() as calling, bob.face() as called:
        assert calling.sign_in().status_code == 200
        assert called.sign_in("bob@practice").status_code == 200
        assert calling.request("GET", "/api/v1/session").json()["chat"]["state"] == "connected"
        with Screen(calling, 500) as hers, Screen(called, 900) as his:
            call = calling.dial("102")
            called.command(called.is_called(), "answer")
            hers.hears(900, within_s=12)
            his.hears(500, within_s=12)
            calling.command(call, "hang-up")
    for store, port in (("redis", 6379), ("rabbitmq", 5672)):
        networks = alice.containers()[store]["NetworkSettings"]["Networks"].values()
        addresses = [each["IPAddress"] for each in networks]
        for part in ("sip", "sip-engine", "chat-engine", "gateway"):
            assert _reaches(bob, part, "127.0.0.1", port) is False
            assert not [each for each in addresses if _reaches(bob, part, each, port)]
    own = bob.containers()["redis"]["NetworkSettings"]["Networks"].values()
    assert [each for each in own if _reaches(bob, "sip", each["IPAddress"], 6379)]


def _reaches(person: Person, part: str, host: str, port: int) -> bool:
    attempt = f"import socket; socket.create_connection(({host!r}, {port}), 1)"
    inside = ("docker", "exec", person.containers()[part]["Id"], "python", "-c", attempt)
    return subprocess.run(inside, check=False, capture_output=True).returncode == 0


def test_a_stack_keeps_its_data_when_it_changes_to_processes_and_back(alice: Person):
    with alice.face() as face:
        assert face.sign_in().status_code == 200
        face.journal_entry(face.dial("199"), result="failed")
        before = [each["entry_id"] for each in face.journal()["items"]]
        alice.make("up", HANDSET_MODE="local")
        assert alice.containers() == {}
        _is_signed_in_with(face, before)
        alice.make("up")
        _is_signed_in_with(face, before)


def _is_signed_in_with(face: Face, entry_ids: list[str]) -> None:
    """The login session, the account and the journal are as they were."""

    def state() -> str:
        return str(face.request("GET", "/api/v1/session").json().get("sip", {}).get("state"))

    eventually(lambda: state() == "active", within_s=20, what="signed in again")
    assert [each["entry_id"] for each in face.journal()["items"]] == entry_ids


def test_on_the_hosts_network_only_the_engine_is_there(home):
    lan = Person("lan", home, free_port())
    try:
        lan.make("up", HANDSET_NETWORK="host")
        modes = {name: each["HostConfig"]["NetworkMode"] for name, each in lan.containers().items()}
        assert {name for name, mode in modes.items() if mode == "host"} == {"sip-engine"}
        with lan.face() as face:
            assert face.request("GET", "/healthz").status_code == 200
    finally:
        lan.make("down")
