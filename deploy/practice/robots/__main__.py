"""`python -m deploy.practice.robots DIRECTORY SERVER ADDRESS RTP_PORT`: bob, carol and 198."""

import signal
import sys
from pathlib import Path

from deploy.practice.robots.phone import Phone
from deploy.practice.robots.robot import Robot
from deploy.practice.robots.roles import Callback, Ringing, Speaking
from deploy.practice.robots.speech import render

BOB = "Hello, this is Bob's robot. I speak so that you can hear that your phone works."
HANG_UP = "Please hang up. I will call you back in five seconds."
CALLED_BACK = "Hello, this is the call that you have asked for. Everything works."


def main(directory: Path, server: str, address: str, rtp_port: int) -> None:
    """Serve until SIGTERM. `server` is "host:port"; `address` is our own."""
    bob_speech = render(directory / "bob.wav", BOB)
    hang_up_speech = render(directory / "hang-up.wav", HANG_UP)
    called_back_speech = render(directory / "called-back.wav", CALLED_BACK)
    phone = Phone(server, address, rtp_port)
    signal.signal(signal.SIGTERM, lambda *_: phone.stop())
    signal.signal(signal.SIGINT, lambda *_: phone.stop())
    robots = [
        Robot(phone, "bob-robot", Speaking(bob_speech)),
        Robot(phone, "carol-robot", Ringing()),
        Robot(phone, "callback", Callback(hang_up_speech, called_back_speech)),
    ]
    phone.run()
    phone.hang_up_all()
    for robot in robots:
        robot.shutdown()  # unregisters
    phone.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4]))
