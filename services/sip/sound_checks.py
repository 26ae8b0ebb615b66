"""Sound checks, as everybody else sees them."""

from bus.engine import engine
from bus.rpc import rpc
from contracts.sound_check import SoundCheck, SoundCheckRpc, StartSoundCheck
from services.sip.engine.commands import SipEngine, SipSnapshot


class SoundCheckPart(SoundCheckRpc):
    """The part of SipService that is about sound checks; they leave nothing behind."""

    engine = engine(SipEngine, SipSnapshot)

    @rpc
    def start_sound_check(self, request: StartSoundCheck) -> SoundCheck:
        return self.engine.start_sound_check(request.step, request.audio_sink)

    @rpc
    def get_sound_check(self) -> SoundCheck:
        return self.engine.get_sound_check()

    @rpc
    def stop_sound_check(self) -> None:
        self.engine.stop_sound_check()
