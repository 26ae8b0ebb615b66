"""What a picture is, by its content: nobody's word is taken for it."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

import imagesize

from contracts.avatars import LARGEST_PICTURE_BYTES, LONGEST_SIDE_PX, PictureType


@dataclass(frozen=True)
class Picture:
    """One that can be shown."""

    avatar_id: str
    media_type: PictureType
    width_px: int
    height_px: int
    content: bytes


def picture_in(content: bytes) -> Picture | None:
    """None if it is none, or larger than anybody needs. Pixels are what a browser has to hold."""
    media_type = _type_of(content)
    if media_type is None or len(content) > LARGEST_PICTURE_BYTES:
        return None
    try:
        width, height = map(int, imagesize.get(BytesIO(content)))
    except ValueError:  # broken off, or wrong inside
        return None
    if not (0 < width <= LONGEST_SIDE_PX and 0 < height <= LONGEST_SIDE_PX):
        return None
    return Picture(avatar_id_of(content), media_type, width, height, content)


def avatar_id_of(content: bytes) -> str:
    """XEP-0084 section 4.1."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _type_of(content: bytes) -> PictureType | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PictureType.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return PictureType.JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return PictureType.WEBP
    return PictureType.GIF if content[:6] in (b"GIF87a", b"GIF89a") else None
