"""A whole stack at home behind a router, and Asterisk on the public side."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from deploy.practice.server import PracticeServer, asterisk
from deploy.program import write
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running, running_all
from tests.peers.face import Face
from tests.peers.network import SERVER_ADDRESS, Internet

MAPPING_S = 8
"""As long as the router keeps the mapping of a silent UDP flow; routers that one can buy: 30 s."""
KEEPALIVE_S = 5
REFRESH_S = 10
PATIENT_REFRESH_S = 300


@pytest.fixture(scope="session")
def internet() -> Iterator[Internet]:
    internet = Internet(mapping_s=MAPPING_S)
    yield internet
    internet.close()


@pytest.fixture(scope="session")
def server(internet: Internet, servers_directory: Path) -> Iterator[PracticeServer]:
    """Asterisk, with an instance profile for each transport."""
    server = PracticeServer.create(
        servers_directory / "outside", address=SERVER_ADDRESS, host=SERVER_ADDRESS
    )
    pbx = asterisk(server)
    for transport in ("udp", "tcp", "tls"):
        for name, refresh_s in (
            (transport, REFRESH_S),
            (f"{transport}-patient", PATIENT_REFRESH_S),
        ):
            sip = f"[sip]\nudp_keepalive_s = {KEEPALIVE_S}\nrefresh_s = {refresh_s}\n"
            profile = server.profile(transport).replace("[sip]\n", sip)
            write(server.instances / f"{name}.toml", profile)
    with ExitStack() as programs:
        with internet.outside.entered():
            programs.enter_context(running(pbx, server.directory / "log"))
        yield server


@pytest.fixture(scope="session")
def home_stack(
    internet: Internet, server: PracticeServer, servers_directory: Path
) -> Iterator[Stack]:
    stack = Stack.create(servers_directory / "home", (server.instances,), name="home")
    with ExitStack() as programs:
        with internet.inside.entered():
            programs.enter_context(running_all(stack_programs(stack), stack.directory / "log"))
        yield stack


@pytest.fixture
def home(internet: Internet, home_stack: Stack) -> Iterator[Face]:
    """Somebody at home, not signed in; the whole test runs there."""
    with internet.inside.entered(), Face(home_stack.address) as face:
        yield face
        face.hang_up_everything()
        face.request("DELETE", "/api/v1/session")
