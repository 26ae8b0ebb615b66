"""Files of conversations."""

from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import quote

from flask import Response, request
from pydantic import Field, ValidationError

from contracts.base import Model
from contracts.chat import ConversationCommand, Message, SendFile
from contracts.errors import (
    ChatDisconnected,
    FileUnavailable,
    InvalidRequest,
    SignedOut,
    UploadFailed,
)
from contracts.files import (
    FileDraft,
    FileName,
    RequestSlot,
    SharedFile,
    UploadService,
    WebUrl,
)
from gateway import files
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("conversations")

PIECE_BYTES = 64 * 1024
LARGEST_PICTURE_BYTES = 25 * 1024 * 1024
PICTURES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
    "avif": "image/avif",
}
"""What a browser shows and never runs, by what the name ends in."""


class FileQuery(Model):
    """What it is called."""

    name: FileName


class FetchQuery(Model):
    """Which file, and what for."""

    url: WebUrl = Field(description="as the message has it")
    name: FileName = Field(default="file", description="what it is saved as")
    picture: bool = Field(
        default=False, description="to be shown: only pictures, only from our own server"
    )


@api.operation("GET", "/api/v1/uploads", errors=(SignedOut, ChatDisconnected))
def get_upload_service() -> UploadService:
    """Whether the chat server takes files, and how large they may be."""
    return parts().chat_history.get_upload_service()


@api.operation(
    "POST",
    "/api/v1/conversations/<conversation_id>/files",
    status=201,
    errors=(InvalidRequest, SignedOut, ChatDisconnected, UploadFailed),
)
def send_file(conversation_id: str, query: FileQuery) -> Message:
    """Send a file: the body is its content, `Content-Length` and `Content-Type` tell the rest.

    It is passed on to the chat server while it comes. The Idempotency-Key, if there is one,
    becomes the `message_id`.
    """
    request.max_content_length = request.content_length  # the chat server has a limit
    _check_address(conversation_id)
    file = _draft(query.name)
    slot = parts().chat_history.request_slot(RequestSlot(file=file))
    files.put(slot, file, _pieces(file.size_bytes), parts().ca_certificate())
    shared = SharedFile(
        url=slot.get_url, name=file.name, media_type=file.media_type, size_bytes=file.size_bytes
    )
    command = SendFile(conversation_id=conversation_id, file=shared, **request_id())
    return parts().chat.send_file(command)


@api.operation(
    "GET", "/api/v1/files", errors=(InvalidRequest, SignedOut, ChatDisconnected, FileUnavailable)
)
def get_file(query: FetchQuery) -> Response:
    """A file that a message names, passed on while it comes."""
    service = parts().chat_history.get_upload_service()
    media_type = PICTURES.get(query.name.rpartition(".")[2].lower())
    if query.picture and (media_type is None or not files.is_at(query.url, service.origin)):
        raise FileUnavailable("not a picture of our own server")
    held = ExitStack()
    try:
        file = held.enter_context(
            files.fetched(query.url, service.origin, parts().ca_certificate())
        )
        if query.picture and (file.size_bytes or 0) > LARGEST_PICTURE_BYTES:
            raise FileUnavailable("too large to be shown")
    except BaseException:
        held.close()
        raise
    pieces = files.at_most(LARGEST_PICTURE_BYTES, file.pieces) if query.picture else file.pieces
    response = Response(pieces, mimetype="application/octet-stream")
    response.call_on_close(held.close)
    if file.size_bytes is not None:
        response.content_length = file.size_bytes
    if query.picture and media_type is not None:
        response.mimetype = media_type
        response.headers["Cache-Control"] = "private, max-age=86400"
    else:
        response.headers["Content-Disposition"] = _attachment(query.name)
    return response


def _check_address(conversation_id: str) -> None:
    """Raises InvalidRequest, before anything is uploaded."""
    try:
        ConversationCommand(conversation_id=conversation_id)
    except ValidationError as error:
        raise InvalidRequest("not an address", field="conversation_id") from error


def _draft(name: str) -> FileDraft:
    """Raises InvalidRequest."""
    media_type = request.mimetype or "application/octet-stream"
    try:
        return FileDraft(name=name, media_type=media_type, size_bytes=request.content_length or 0)
    except ValidationError as error:
        raise InvalidRequest("a file has a length and a media type", field="file") from error


def _pieces(size_bytes: int) -> Iterator[bytes]:
    """As many bytes as were announced, or an error."""
    left = size_bytes
    while left > 0:
        piece = request.stream.read(min(PIECE_BYTES, left))
        if not piece:
            raise InvalidRequest("the file broke off", field="file")
        left -= len(piece)
        yield piece


def _attachment(name: str) -> str:
    """RFC 6266; what a name could do to a header or a path is encoded."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
