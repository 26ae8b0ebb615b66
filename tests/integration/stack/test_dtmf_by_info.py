"""Digits on a server that takes no telephone-events."""

from contextlib import ExitStack
from pathlib import Path

from deploy.practice.server import PracticeServer, asterisk
from deploy.stack import Stack
from deploy.stack import programs as stack_programs
from deploy.testing import running, running_all
from tests.peers.face import Face, Screen

TONE_HZ = 700


def test_digits_go_by_sip_info_where_rfc_4733_was_not_negotiated(servers_directory: Path):
    server = PracticeServer.create(servers_directory / "info")
    pbx = asterisk(server)
    settings = server.directory / "asterisk" / "etc" / "pjsip.conf"
    settings.write_text(settings.read_text().replace("dtmf_mode=auto", "dtmf_mode=info"))
    stack = Stack.create(servers_directory / "erin", (server.instances,), name="erin")
    with ExitStack() as programs, Face(stack.address) as alice:
        programs.enter_context(running(pbx, server.directory / "log"))
        programs.enter_context(running_all(stack_programs(stack), stack.directory / "log"))
        assert alice.sign_in().status_code == 200
        with Screen(alice, tone_hz=TONE_HZ) as screen:
            call = alice.dial("500")
            alice.waits_for(call, state="confirmed")
            screen.hears_sound()
            alice.command(call, "dtmf", {"digits": "3"})
            screen.hears(TONE_HZ, within_s=12)
        alice.hang_up_everything()
