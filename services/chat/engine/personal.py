"""Commands about oneself and those one knows: what is kept at the server, beside conversations."""

from collections.abc import Coroutine
from typing import Any

from slixmpp.exceptions import IqError, IqTimeout

from contracts.base import Model
from contracts.chat_connection import ChangePassword
from services.chat.engine.avatar_update import AvatarNews, OwnPicture
from services.chat.engine.avatars import Avatars
from services.chat.engine.block_list import BlockListNode
from services.chat.engine.client import XmppClient
from services.chat.engine.commands import ChatEngine
from services.chat.engine.connection import Connection
from services.chat.engine.server_answer import ServerAnswer
from services.chat.engine.subscriptions import Subscriptions


class PersonalCommands(ChatEngine):
    """The part of ChatAgent that the person's profile needs."""

    _avatars: Avatars | None = None
    _block_list: BlockListNode | None = None
    _subscriptions: Subscriptions | None = None
    _connection: Connection | None = None

    def _client(self) -> XmppClient:
        """Raises ChatDisconnected."""
        raise NotImplementedError

    def _spawn(self, work: Any) -> None:
        raise NotImplementedError

    def _emit(self, update: Model) -> None:
        raise NotImplementedError

    def follow(self, client: XmppClient) -> None:
        """Another account's stream."""
        self._avatars = Avatars(client, self._emit)
        self._block_list = BlockListNode(client, self._emit)
        self._subscriptions = Subscriptions(client, self._emit)

    def forget(self) -> None:
        """There is no account any more."""
        self._avatars = self._block_list = self._subscriptions = None

    def change_password(self, query_id: str, request: ChangePassword) -> None:
        self._client()
        if self._connection is not None:
            self._spawn(self._answer(query_id, self._connection.change_password(request.new)))

    def fetch_avatar(self, news: AvatarNews) -> None:
        self._client()
        if self._avatars is not None:
            self._avatars.fetch(news)

    def publish_avatar(self, query_id: str, picture: OwnPicture | None) -> None:
        self._client()
        if self._avatars is not None:
            self._spawn(self._answer(query_id, self._avatars.publish(picture)))

    def set_blocked(self, query_id: str, jid: str, *, is_blocked: bool) -> None:
        self._client()
        if self._block_list is not None:
            self._spawn(self._answer(query_id, self._block_list.put(jid, is_blocked=is_blocked)))

    def answer_subscription(self, jid: str, *, is_accepted: bool) -> None:
        self._client()
        if self._subscriptions is not None:
            self._subscriptions.answer(jid, is_accepted=is_accepted)

    async def _answer(self, query_id: str, asking: Coroutine[Any, Any, object]) -> None:
        """Tell the service how the server answered."""
        condition = None
        try:
            await asking
        except IqError as error:
            condition = error.condition
        except IqTimeout:
            condition = "remote-server-timeout"
        self._emit(ServerAnswer(query_id=query_id, condition=condition))
