"""What is taken for a picture, and how pictures are kept."""

import hashlib
from pathlib import Path

import pytest

from contracts.avatars import LARGEST_PICTURE_BYTES, LONGEST_SIDE_PX
from services.chat import picture_files
from services.chat.picture import picture_in
from services.chat.picture_files import PictureFiles
from tests.peers.pictures import GIF, JPEG, SVG, WEBP, png


@pytest.mark.parametrize(
    ("content", "media_type", "size"),
    [
        (png(30, 20), "image/png", (30, 20)),
        (JPEG, "image/jpeg", (1, 1)),
        (WEBP, "image/webp", (1, 1)),
        (GIF, "image/gif", (1, 1)),
    ],
)
def test_a_picture_is_told_by_its_content(content: bytes, media_type: str, size: tuple[int, int]):
    picture = picture_in(content)

    assert picture is not None
    assert (picture.media_type, picture.width_px, picture.height_px) == (media_type, *size)
    assert picture.avatar_id == hashlib.sha1(content).hexdigest()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        SVG,
        b"<!doctype html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n" + SVG,
        png(3, 3)[:20],
        JPEG[:12],
        WEBP[:14],
        GIF[:7],
        png(LONGEST_SIDE_PX + 1, 1),
        png(1, LONGEST_SIDE_PX + 1),
        png(0, 1),
        GIF + b"\0" * LARGEST_PICTURE_BYTES,
    ],
)
def test_nothing_else_is_a_picture(content: bytes):
    assert picture_in(content) is None


def test_a_picture_is_kept_once_and_found_after_a_restart(tmp_path: Path):
    picture = picture_in(png(3, 3))
    assert picture is not None
    files = PictureFiles(tmp_path)
    assert files.put(picture)
    assert files.put(picture)

    again = PictureFiles(tmp_path)
    assert again.has(picture.avatar_id)
    assert [each.name for each in tmp_path.iterdir()] == [f"{picture.avatar_id}.png"]
    again.drop(picture.avatar_id)
    assert not again.has(picture.avatar_id)
    assert list(tmp_path.iterdir()) == []


def test_there_is_a_limit_to_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    one, other = picture_in(png(3, 3)), picture_in(png(4, 4))
    assert one is not None
    assert other is not None
    monkeypatch.setattr(picture_files, "MOST_BYTES", len(one.content) + len(other.content) - 1)
    files = PictureFiles(tmp_path)

    assert files.put(one)
    assert not files.put(other)
    files.drop(one.avatar_id)
    assert files.put(other)
