"""Files: a place for them at the server, and the messages that name them."""

from bus.engine import on_engine
from bus.rpc import rpc
from contracts.chat import Message, SendFile
from contracts.errors import UploadFailed
from contracts.files import (
    FilesRpc,
    RequestSlot,
    UploadService,
    UploadSlot,
)
from services.chat.conversations import ConversationPart
from services.chat.engine.upload_query import UploadAnswer, UploadQuery

ANSWER_TIMEOUT_S = 12.0


class FilesPart(ConversationPart, FilesRpc):
    """The part of ChatService that is about files."""

    @rpc
    def get_upload_service(self) -> UploadService:
        return self._ask_for_upload(UploadQuery(query_id=self.progress.new_query())).service

    @rpc
    def request_slot(self, request: RequestSlot) -> UploadSlot:
        answer = self._ask_for_upload(
            UploadQuery(query_id=self.progress.new_query(), file=request.file)
        )
        if answer.slot is None:
            raise UploadFailed(
                answer.detail, reason=answer.problem, largest_bytes=answer.service.largest_bytes
            )
        return answer.slot

    @rpc
    def send_file(self, request: SendFile) -> Message:
        return self.send(request, request.file.url, file=request.file)

    @on_engine(UploadAnswer)
    def upload_answered(self, update: UploadAnswer) -> None:
        self.progress.reply(update.query_id, update)

    def _ask_for_upload(self, query: UploadQuery) -> UploadAnswer:
        self.require_account()
        with self.progress.replying(query.query_id, ANSWER_TIMEOUT_S) as reply:
            self.engine.ask_for_upload(query)
            answer: UploadAnswer = reply.wait()
        return answer
