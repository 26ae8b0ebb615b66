"""Pictures of people, and one's own."""

import re

from flask import Response, request, send_file

from contracts.avatars import Avatar, PictureType, PutAvatar
from contracts.base import Command
from contracts.errors import (
    ChatDisconnected,
    ChatRefused,
    InvalidRequest,
    NotFound,
    SignedOut,
)
from contracts.gateway import AvatarList
from gateway.api import Api
from gateway.parts import parts, request_id

api = Api("avatars")

FOREVER_S = 365 * 24 * 3600
_AVATAR_ID = re.compile(r"[0-9a-f]{40}")


@api.operation("GET", "/api/v1/avatars")
def list_avatars() -> AvatarList:
    """Who has which picture; who is not named has none."""
    event_id = parts().event_log.last_id()
    return AvatarList(items=parts().chat.list_avatars(), event_id=event_id)


@api.operation("GET", "/api/v1/avatars/<avatar_id>", errors=(NotFound,))
def get_avatar(avatar_id: str) -> Response:
    """A picture: PNG, JPEG, WebP or GIF. It never changes."""
    if not _AVATAR_ID.fullmatch(avatar_id):
        raise NotFound(avatar_id)
    directory = parts().settings.avatars_directory.absolute()
    for media_type in PictureType:
        path = directory / f"{avatar_id}.{media_type.suffix}"
        if path.is_file():
            response = send_file(path, mimetype=media_type.value, conditional=True)
            response.headers["Cache-Control"] = f"private, max-age={FOREVER_S}, immutable"
            return response
    raise NotFound(avatar_id)


@api.operation(
    "PUT",
    "/api/v1/profile/avatar",
    errors=(InvalidRequest, SignedOut, ChatDisconnected, ChatRefused),
)
def put_avatar() -> Avatar:
    """Show this picture to others from now on: the body is PNG, JPEG, WebP or GIF, up to 192 KiB.

    It is published at the chat server, for all devices.
    """
    return parts().chat.put_avatar(PutAvatar(picture=request.get_data(), **request_id()))


@api.operation(
    "DELETE", "/api/v1/profile/avatar", errors=(SignedOut, ChatDisconnected, ChatRefused)
)
def remove_avatar() -> Avatar:
    """Show none any more."""
    return parts().chat.remove_avatar(Command(**request_id()))
