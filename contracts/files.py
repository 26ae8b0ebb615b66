"""Files of conversations: what a message tells of one, and where the server takes them."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.base import Command, Model

LONGEST_NAME = 200
FileName = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]
MediaType = Annotated[str, StringConstraints(max_length=127, pattern=r"^[\w.+-]+/[\w.+-]+$")]
WebUrl = Annotated[str, StringConstraints(max_length=2048, pattern=r"^https?://[^\s/]+/\S*$")]


class UploadProblem(StrEnum):
    """Why a file was not taken. The page has a sentence for each."""

    NOT_OFFERED = "not_offered"  # the server takes no files
    TOO_LARGE = "too_large"  # `largest_bytes` is what it takes
    QUOTA = "quota"  # too much in too short a time
    REFUSED = "refused"  # any other answer
    UNREACHABLE = "unreachable"  # the place that the server named does not answer


class SharedFile(Model):
    """A file that a message names. Only its name tells what it is, unless we sent it."""

    url: WebUrl
    name: FileName
    media_type: MediaType | None = None
    size_bytes: int | None = None


class FileDraft(Model):
    """A file that is to be sent."""

    name: FileName
    media_type: MediaType = "application/octet-stream"
    size_bytes: int = Field(ge=1)


class UploadService(Model):
    """What the server takes (XEP-0363)."""

    is_offered: bool
    largest_bytes: int | None = Field(default=None, description="null: it names no limit")
    origin: str | None = Field(default=None, description="scheme, host and port of its files")


class UploadSlot(Model):
    """Where to put one file, and where others get it then."""

    put_url: WebUrl
    headers: dict[str, str] = Field(default_factory=dict)
    get_url: WebUrl


class RequestSlot(Command):
    """Ask the server for a place."""

    file: FileDraft


class FilesRpc:
    """The part of ChatRpc that is about files. All raise SignedOut and ChatDisconnected."""

    def get_upload_service(self) -> UploadService:
        raise NotImplementedError

    def request_slot(self, request: RequestSlot) -> UploadSlot:
        """Raises UploadFailed."""
        raise NotImplementedError
