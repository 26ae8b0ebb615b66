"""Recordings of calls: made, listened to, deleted."""

from flask import Response, send_file
from pydantic import Field

from contracts.base import Model
from contracts.errors import CallNotFound, EngineDown, NotFound, WrongCallState
from contracts.recordings import DeleteRecording, StartRecording
from contracts.sip import Call, CallCommand
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("recordings")


class RecordingSwitch(Model):
    """Whether a call is to be recorded."""

    on: bool


class RecordingQuery(Model):
    """How a browser is to treat the file."""

    download: bool = Field(default=False, description="save it, instead of playing it")


@api.operation(
    "POST",
    "/api/v1/calls/<call_id>/recording",
    errors=(CallNotFound, WrongCallState, EngineDown),
)
def switch_recording(call_id: str, body: RecordingSwitch) -> Call:
    """Record an answered call, and all that are in conference with it, or stop doing so.

    A tone tells all parties at the beginning and every 15 seconds.
    """
    if body.on:
        return parts().sip.start_recording(StartRecording(call_id=call_id, **request_id()))
    return parts().sip.stop_recording(CallCommand(call_id=call_id, **request_id()))


@api.operation("GET", "/api/v1/recordings/<recording_id>", errors=(NotFound,))
def get_recording(recording_id: str, query: RecordingQuery) -> Response:
    """A recording that is over, as WAV: PCM, 16 bit, mono. Ranges can be asked for."""
    recording = parts().journal.get_recording(recording_id)
    if recording.ended_at is None:
        raise NotFound("it is being made")
    try:
        response = send_file(
            parts().settings.recording_file(recording.recording_id).absolute(),
            mimetype="audio/wav",
            as_attachment=query.download,
            download_name=f"{recording.started_at:%Y-%m-%d %H.%M.%S}.wav",
            conditional=True,
        )
    except FileNotFoundError as error:
        raise NotFound(recording_id) from error
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@api.operation(
    "DELETE",
    "/api/v1/recordings/<recording_id>",
    status=204,
    errors=(NotFound, WrongCallState),
)
def delete_recording(recording_id: str) -> None:
    """Delete a recording now, for good. Not before its calls have ended."""
    parts().journal.delete_recording(DeleteRecording(recording_id=recording_id, **request_id()))
