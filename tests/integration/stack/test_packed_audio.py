"""Sound that is packed for a long way, and what is no such sound."""

import pytest

from contracts.audio_socket import AudioClose
from tests.peers.ear import eventually
from tests.peers.face import Face, Screen

TONE_HZ = 700
MOST_PACKED_BYTES_PER_S = 32_000 / 8 * 1.3


@pytest.fixture
def echo(alice: Face) -> dict:
    call = alice.dial("600")
    return alice.waits_for(call, state="confirmed")


def test_packed_sound_goes_both_ways_in_an_eighth_of_the_room(alice: Face, echo: dict):
    with Screen(alice, TONE_HZ, query="codec=opus") as screen:
        assert screen.format["clock_rate_hz"] == 48_000
        screen.hears(TONE_HZ)
        before, heard_from = screen.heard_bytes, screen.heard_frames
        eventually(lambda: screen.heard_frames >= heard_from + 50)
        assert screen.heard_bytes - before < MOST_PACKED_BYTES_PER_S


def test_a_stuck_socket_is_not_waited_for_where_there_is_another(alice: Face, echo: dict):
    """TCP that has lost something brings nothing until it has it again. Here nothing is sent by the
    first socket any more, and nothing read from the second."""
    with Screen(alice, TONE_HZ, query="codec=opus") as screen:
        screen.hears(TONE_HZ)
        screen.speaks_by(screen.connect(f"&lane={screen.format['lane']}"))
        screen.listen_anew()
        with screen.recording() as heard:
            screen.hears(TONE_HZ)
        assert heard.gap_s() == 0


def test_a_lane_of_a_screen_that_is_gone_is_refused(alice: Face):
    with Screen(alice, query="codec=opus") as gone:
        lane = f"&lane={gone.format['lane']}"
    with Screen(alice, query="codec=opus") as screen:
        late = screen.connect(lane)
        with pytest.raises(Exception) as closed:
            late.recv(timeout=5)
        assert closed.value.rcvd.code == AudioClose.REPLACED
        assert not screen.is_closed


def test_what_is_no_packet_ends_the_socket_and_not_the_call(alice: Face, echo: dict):
    with Screen(alice, speaks=False, query="codec=opus") as screen:
        screen.send(b"\xff\xff\xff\x01")
        eventually(lambda: screen.close_code == AudioClose.MALFORMED_FRAME)
        assert screen.close_reason == "malformed frame"
    with Screen(alice, TONE_HZ, query="codec=opus") as screen:
        screen.hears(TONE_HZ)


def test_an_unknown_codec_is_refused_in_words_and_takes_the_audio_from_nobody(alice: Face):
    with Screen(alice) as screen:
        refused = screen.connect("codec=mp3")
        with pytest.raises(Exception) as closed:
            refused.recv(timeout=5)
        assert closed.value.rcvd.code == AudioClose.UNKNOWN_CODEC
        assert "pcm, opus" in closed.value.rcvd.reason
        assert not screen.is_closed
