"""What service and engine say to each other about uploads."""

from contracts.base import Model
from contracts.files import FileDraft, UploadProblem, UploadService, UploadSlot


class UploadQuery(Model):
    """What the server takes, and a place for one file."""

    query_id: str
    file: FileDraft | None = None


class UploadAnswer(Model):
    """The answer: with a slot, or with why there is none."""

    query_id: str
    service: UploadService
    slot: UploadSlot | None = None
    problem: UploadProblem | None = None
    detail: str = ""
