"""Commands to running calls, and to those that are in conference with them."""

from contracts.audio_sinks import AudioSinkState
from contracts.errors import CallNotFound
from contracts.identity import SipUri
from contracts.sip import AudioSink, Call, Microphone
from contracts.sound_check import SoundCheck, SoundCheckStep
from services.sip.engine.commands import SipEngine
from services.sip.engine.conferences import join, together
from services.sip.engine.legs import Leg
from services.sip.engine.recordings import Recordings
from services.sip.engine.sinks import SinkChoice
from services.sip.engine.sound_check import SoundChecks
from services.sip.engine.transfers import Transfers
from services.sip.engine.turns import hold_all_but


class CallControls(SipEngine):
    """The part of SipAgent that needs nothing but its calls."""

    _legs: dict[str, Leg]
    _ended: dict[str, Call]
    _recordings: Recordings
    _sinks: SinkChoice
    _sound_checks: SoundChecks
    _transfers: Transfers

    def hold(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        for each in self._together(leg):
            each.set_hold(held=True)
        return leg.call

    def resume(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        for each in self._together(leg):
            each.set_hold(held=False)
        hold_all_but(leg, self._legs.values())
        return leg.call

    def mute(self, call_id: str) -> Call:
        return self._set_microphone(call_id, Microphone.MUTED)

    def unmute(self, call_id: str) -> Call:
        return self._set_microphone(call_id, Microphone.LIVE)

    def send_dtmf(self, call_id: str, digits: str) -> Call:
        leg = self._leg(call_id)
        leg.press(digits)
        return leg.call

    def start_conference(self, call_ids: list[str]) -> list[Call]:
        members = join([self._leg(call_id) for call_id in call_ids], self._legs.values())
        hold_all_but(members[0], self._legs.values())
        return [leg.call for leg in members]

    def drop_participant(self, conference_id: str, call_id: str) -> Call:
        call = self._ended.get(call_id) or self._leg(call_id).call
        if call.conference_id != conference_id:
            raise CallNotFound("not in this conference", call_id=call_id)
        return self.hang_up(call_id)

    def end_conference(self, conference_id: str) -> None:
        legs = self._legs.values()
        for leg in [each for each in legs if each.call.conference_id == conference_id]:
            leg.end()

    def start_recording(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        self._recordings.start(leg, self._legs.values())
        return leg.call

    def stop_recording(self, call_id: str) -> Call:
        leg = self._leg(call_id)
        self._recordings.stop(leg, self._legs.values())
        return leg.call

    def transfer(self, call_id: str, to_call_id: str) -> Call:
        leg = self._leg(call_id)
        self._transfers.connect(leg, self._leg(to_call_id))
        return leg.call

    def transfer_to(
        self, call_id: str, to_call_id: str, target_uri: SipUri, dialled_text: str
    ) -> Call:
        leg = self._leg(call_id)
        self._transfers.connect_to(leg, to_call_id, target_uri, dialled_text)
        return leg.call

    def park(self, call_id: str, uri: SipUri) -> Call:
        leg = self._leg(call_id)
        self._transfers.park(leg, uri)
        return leg.call

    def list_audio_sinks(self) -> list[AudioSinkState]:
        return self._sinks.states()

    def use_audio(self, call_id: str, audio_sink: AudioSink) -> Call:
        return self._sinks.use(audio_sink, self._leg(call_id), self._legs.values())

    def start_sound_check(self, step: SoundCheckStep, audio_sink: AudioSink) -> SoundCheck:
        return self._sound_checks.start(step, audio_sink, self._legs.values())

    def get_sound_check(self) -> SoundCheck:
        return self._sound_checks.get()

    def stop_sound_check(self) -> None:
        self._sound_checks.stop()

    def _leg(self, call_id: str) -> Leg:
        leg = self._legs.get(call_id)
        if leg is None:
            raise CallNotFound(call_id, call_id=call_id)
        return leg

    def _set_microphone(self, call_id: str, microphone: Microphone) -> Call:
        leg = self._leg(call_id)
        for each in self._together(leg):
            each.set_microphone(microphone)
        return leg.call

    def _together(self, leg: Leg) -> list[Leg]:
        return together(leg, self._legs.values())
