"""Avatars: the pictures of people, others' and one's own (XEP-0084, XEP-0153)."""

from base64 import b64decode, b64encode
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer, StringConstraints

from contracts.base import Command, Event, Model
from contracts.identity import BareJid

LARGEST_PICTURE_BYTES = 192 * 1024
"""With its encoding it fits into the stanzas that servers take."""
LONGEST_SIDE_PX = 2048

AvatarId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")]
"""SHA-1 of the picture in hexadecimal: what XEP-0084 and XEP-0153 call it."""


def _decoded(value: Any) -> Any:
    """Raises ValueError."""
    return b64decode(value, validate=True) if isinstance(value, str) else value


def _encoded(value: bytes) -> str:
    return b64encode(value).decode()


Content = Annotated[
    bytes,
    BeforeValidator(_decoded),
    PlainSerializer(_encoded, return_type=str, when_used="json"),
]
"""Base64 in JSON."""


class PictureType(StrEnum):
    """What a browser shows and never runs."""

    PNG = "image/png"
    JPEG = "image/jpeg"
    WEBP = "image/webp"
    GIF = "image/gif"

    @property
    def suffix(self) -> str:
        """What the name of its file ends in."""
        return self.value.removeprefix("image/")


class Avatar(Model):
    """Which picture somebody has; revisions grow over all of them."""

    jid: BareJid
    revision: int
    avatar_id: AvatarId | None
    """The stack has the picture. Null: there is none."""


class PutAvatar(Command):
    """Have this picture from now on, on every device and for everybody who sees our presence."""

    needs_room = True

    picture: Content


class AvatarChanged(Event):
    """Somebody, or we ourselves, has another picture or none any more."""

    type: Literal["chat.avatar.changed"] = "chat.avatar.changed"
    avatar: Avatar


class AvatarRpc:
    """The part of ChatRpc that is about avatars."""

    def list_avatars(self) -> list[Avatar]:
        """Of all who have one, in no order."""
        raise NotImplementedError

    def put_avatar(self, request: PutAvatar) -> Avatar:
        """Raises InvalidRequest if it is no picture or too large, ChatDisconnected, ChatRefused."""
        raise NotImplementedError

    def remove_avatar(self, request: Command) -> Avatar:
        """Raises ChatDisconnected, ChatRefused."""
        raise NotImplementedError
