"""A robot: one SIP account, and calls that do what its role says."""

from pathlib import Path
from typing import Protocol

import pjsua2 as pj

from deploy.practice.robots.phone import Phone


class Role(Protocol):
    """What a robot does with its calls."""

    def incoming(self, call: "RobotCall") -> None:
        """It has been told to ring."""

    def ended(self, call: "RobotCall") -> None:
        """It is over, whoever has called."""


class RobotCall(pj.Call):
    """One call. Plays `speech` again and again while it is connected, at most `talk_limit_s`."""

    def __init__(self, robot: "Robot", call_id: int = pj.PJSUA_INVALID_ID) -> None:
        super().__init__(robot, call_id)
        self.robot = robot
        self.speech: Path | None = None
        self.talk_limit_s: float | None = None
        self._player: pj.AudioMediaPlayer | None = None

    @property
    def remote_uri(self) -> str:
        """As signalled, perhaps with a display name."""
        uri: str = self.getInfo().remoteUri
        return uri

    def ring(self) -> None:
        self._respond(pj.PJSIP_SC_RINGING)

    def accept(self, speech: Path) -> None:
        """Answer and speak; nothing happens if the caller has given up meanwhile."""
        self.speech = speech
        if self.isActive():
            self._respond(pj.PJSIP_SC_OK)

    def end(self) -> None:
        if self.isActive():
            self.hangup(pj.CallOpParam())

    def give_up(self) -> None:
        """End unless it was answered."""
        if self.isActive() and self.getInfo().state != pj.PJSIP_INV_STATE_CONFIRMED:
            self.end()

    def close(self) -> None:
        """Let go of the library's objects."""
        self._player = None

    def _respond(self, status: int) -> None:
        response = pj.CallOpParam()
        response.statusCode = status
        self.answer(response)

    # callbacks of pjsua2

    def onCallMediaState(self, _: pj.OnCallMediaStateParam) -> None:
        info = self.getInfo()  # keep it: its list of media dies with it
        for index, media in enumerate(info.media):
            if media.type == pj.PJMEDIA_TYPE_AUDIO and media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                self._play(self.getAudioMedia(index))

    def onCallState(self, _: pj.OnCallStateParam) -> None:
        state = self.getInfo().state
        if state == pj.PJSIP_INV_STATE_CONFIRMED and self.talk_limit_s is not None:
            self.robot.phone.after(self.talk_limit_s, self.end)
        if state == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.robot.call_has_ended(self)

    def _play(self, audio: pj.AudioMedia) -> None:
        if self.speech is None:
            return
        if self._player is None:
            self._player = pj.AudioMediaPlayer()
            self._player.createPlayer(str(self.speech))
        self._player.startTransmit(audio)


class Robot(pj.Account):
    """Registers as `user` with the password `<user>-practice`, and stays registered."""

    def __init__(self, phone: Phone, user: str, role: Role) -> None:
        super().__init__()
        self.phone = phone
        self.role = role
        self._calls: set[RobotCall] = set()  # a call without a reference of ours is destroyed
        self.create(_account(phone, user))

    def call(self, user: str, speech: Path, talk_limit_s: float) -> RobotCall:
        """Call somebody; when it is answered, speak for a while."""
        call = RobotCall(self)
        call.speech = speech
        call.talk_limit_s = talk_limit_s
        self._calls.add(call)
        call.makeCall(f"sip:{user}@{self.phone.server}", pj.CallOpParam(True))  # noqa: FBT003
        return call

    def call_has_ended(self, call: RobotCall) -> None:
        self.role.ended(call)
        self.phone.after(0, lambda: self._forget(call))

    def _forget(self, call: RobotCall) -> None:
        call.close()
        self._calls.discard(call)

    # callbacks of pjsua2

    def onIncomingCall(self, prm: pj.OnIncomingCallParam) -> None:
        call = RobotCall(self, prm.callId)
        self._calls.add(call)
        call.ring()
        self.role.incoming(call)


def _account(phone: Phone, user: str) -> pj.AccountConfig:
    account = pj.AccountConfig()
    account.idUri = f"sip:{user}@practice"
    account.regConfig.registrarUri = f"sip:{phone.server}"
    account.regConfig.timeoutSec = 60
    account.regConfig.retryIntervalSec = 2
    account.regConfig.firstRetryIntervalSec = 1
    account.sipConfig.proxies.append(f"sip:{phone.server};lr")
    account.sipConfig.authCreds.append(pj.AuthCredInfo("digest", "*", user, 0, f"{user}-practice"))
    account.mediaConfig.transportConfig.boundAddress = phone.address
    account.mediaConfig.transportConfig.port = phone.rtp_port
    return account
