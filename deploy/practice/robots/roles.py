"""What the three robots do."""

import re
from pathlib import Path

from deploy.practice.robots.robot import RobotCall

ANSWER_AFTER_S = 2.0
CALL_BACK_AFTER_S = 5.0
CALL_BACK_RINGS_FOR_S = 18.0  # less than it takes until voicemail answers
CALL_BACK_LASTS_S = 60.0


class Speaking:
    """Answers after two seconds and speaks until the caller has heard enough."""

    def __init__(self, speech: Path) -> None:
        self._speech = speech

    def incoming(self, call: RobotCall) -> None:
        call.robot.phone.after(ANSWER_AFTER_S, lambda: call.accept(self._speech))

    def ended(self, call: RobotCall) -> None:
        """Nothing more to do."""


class Ringing:
    """Never answers, so that voicemail does."""

    def incoming(self, call: RobotCall) -> None:
        """Go on ringing."""

    def ended(self, call: RobotCall) -> None:
        """Nothing more to do."""


class Callback:
    """Asks the caller to hang up, and calls back five seconds after that."""

    def __init__(self, request: Path, greeting: Path) -> None:
        self._request = request
        self._greeting = greeting
        self._callers: dict[RobotCall, str] = {}

    def incoming(self, call: RobotCall) -> None:
        self._callers[call] = _user(call.remote_uri)
        call.accept(self._request)

    def ended(self, call: RobotCall) -> None:
        caller = self._callers.pop(call, None)
        if caller:  # else it was our own call
            call.robot.phone.after(CALL_BACK_AFTER_S, lambda: self._call_back(call, caller))

    def _call_back(self, first: RobotCall, caller: str) -> None:
        second = first.robot.call(caller, self._greeting, CALL_BACK_LASTS_S)
        first.robot.phone.after(CALL_BACK_RINGS_FOR_S, second.give_up)


def _user(uri: str) -> str:
    """User part of a SIP URI with or without a display name; "" if it has none."""
    match = re.search(r"sips?:([^@>]+)@", uri)
    return match[1] if match else ""
