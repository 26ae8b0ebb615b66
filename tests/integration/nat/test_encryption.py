"""Who listens on the way to the server, where it encrypts, and where it does not."""

import pytest

from deploy.practice.server import PracticeServer
from tests.peers.ear import eventually
from tests.peers.encrypting import NOTHING, SDES, encrypting
from tests.peers.face import Face, Screen
from tests.peers.network import Internet

TONE_HZ = 700


@pytest.mark.parametrize(
    ("transport", "server_does", "media"),
    [("tls", SDES, "sdes"), ("tls", NOTHING, "none"), ("udp", SDES, "none")],
)
def test_what_is_called_encrypted_is_not_understood_on_the_way(
    home: Face, server: PracticeServer, internet: Internet, transport, server_does, media
):
    with encrypting(server, server_does):
        assert home.sign_in(server=transport).status_code == 200
        with Screen(home, tone_hz=TONE_HZ) as screen:
            call = home.dial("600")
            expected = {"signalling": transport, "media": media}
            home.waits_for(call, state="confirmed", encryption=expected)
            listens_in(internet, screen, understands=media == "none")

            home.command(call, "hold")
            screen.hears_nothing()
            home.command(call, "resume")
            listens_in(internet, screen, understands=media == "none")
        assert home.call(call["call_id"])["encryption"] == expected


def listens_in(internet: Internet, screen: Screen, *, understands: bool) -> None:
    """The call is heard where it should be, and perhaps by somebody else."""
    with internet.eavesdropper() as stranger:
        screen.hears(TONE_HZ)
        eventually(lambda: stranger.has_heard_enough)
        assert stranger.understands is understands
