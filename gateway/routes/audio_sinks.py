"""Where calls are heard: in a browser, or at the computer that the stack runs on."""

from contextlib import suppress

from contracts.audio_sinks import AudioSinkState, UseAudio
from contracts.base import Model
from contracts.errors import AudioSinkUnavailable, CallNotFound, EngineDown
from contracts.sip import AudioSink, Call, CallState
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("audio-sinks")


class AudioSinkChoice(Model):
    """Where to hear a call."""

    audio_sink: AudioSink


class AudioSinkList(Model):
    """All places."""

    items: list[AudioSinkState]


@api.operation("GET", "/api/v1/audio-sinks", errors=(EngineDown,))
def list_audio_sinks() -> AudioSinkList:
    """Where calls can be heard."""
    return AudioSinkList(items=parts().audio_sinks.list_audio_sinks())


@api.operation(
    "POST",
    "/api/v1/calls/<call_id>/audio",
    errors=(CallNotFound, AudioSinkUnavailable, EngineDown),
)
def use_audio(call_id: str, body: AudioSinkChoice) -> Call:
    """Hear this call, and those in conference with it, at another place from now on."""
    command = UseAudio(call_id=call_id, audio_sink=body.audio_sink, **request_id())
    return parts().audio_sinks.use_audio(command)


def heard_where_wanted(call: Call) -> Call:
    """A call that has just been placed or answered, heard where the person's settings say.

    If that is not to be had it is heard in the browser.
    """
    if call.placed_on is not None or call.state is CallState.TERMINATED:
        return call
    wanted = parts().preferences.get().audio_sink
    if wanted is call.audio_sink:
        return call
    with suppress(AudioSinkUnavailable, CallNotFound):
        return parts().audio_sinks.use_audio(UseAudio(call_id=call.call_id, audio_sink=wanted))
    return call
