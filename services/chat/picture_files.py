"""The pictures of people as files, each once, named by what they contain."""

from pathlib import Path

import structlog

from contracts.avatars import PictureType
from services.chat.picture import Picture

log = structlog.get_logger(__name__)

MOST_BYTES = 200 * 1024 * 1024


class PictureFiles:
    """All of them in one directory, which nobody else writes to."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._sizes = {each.name: each.stat().st_size for each in directory.glob("*.*")}

    def has(self, avatar_id: str) -> bool:
        return self._name_of(avatar_id) is not None

    def put(self, picture: Picture) -> bool:
        """Whether it is there now; not if there is no room."""
        if self.has(picture.avatar_id):
            return True
        if sum(self._sizes.values()) + len(picture.content) > MOST_BYTES:
            log.warning("no room for more avatars", most_bytes=MOST_BYTES)
            return False
        path = self._directory / f"{picture.avatar_id}.{picture.media_type.suffix}"
        unfinished = path.with_suffix(".new")
        try:
            unfinished.write_bytes(picture.content)
            unfinished.replace(path)
        except OSError as error:
            log.error("avatar not stored", reason=str(error))
            return False
        self._sizes[path.name] = len(picture.content)
        return True

    def drop(self, avatar_id: str) -> None:
        name = self._name_of(avatar_id)
        if name is not None:
            del self._sizes[name]
            (self._directory / name).unlink(missing_ok=True)

    def _name_of(self, avatar_id: str) -> str | None:
        names = (f"{avatar_id}.{each.suffix}" for each in PictureType)
        return next((each for each in names if each in self._sizes), None)
