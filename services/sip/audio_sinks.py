"""Audio sinks, as everybody else sees them."""

from bus.engine import engine
from bus.rpc import rpc
from contracts.audio_sinks import AudioSinkRpc, AudioSinkState, UseAudio
from contracts.sip import Call
from services.sip.engine.commands import SipEngine, SipSnapshot


class AudioSinkPart(AudioSinkRpc):
    """The part of SipService that is about audio sinks; the engine knows all about them."""

    engine = engine(SipEngine, SipSnapshot)

    @rpc
    def list_audio_sinks(self) -> list[AudioSinkState]:
        return self.engine.list_audio_sinks()

    @rpc
    def use_audio(self, request: UseAudio) -> Call:
        return self.engine.use_audio(request.call_id, request.audio_sink)
