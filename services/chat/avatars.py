"""The pictures of people: learned from the server, kept here; and one's own, published there."""

from contextlib import suppress

from bus.engine import on_engine
from bus.rpc import rpc
from contracts.avatars import Avatar, AvatarRpc, PutAvatar
from contracts.base import Command
from contracts.errors import ChatDisconnected, EngineDown, InvalidRequest
from services.chat.asking import AskingPart
from services.chat.engine.avatar_update import AvatarFetched, AvatarNews, OwnPicture
from services.chat.engine.commands import ChatSnapshot
from services.chat.picture import picture_in
from services.chat.providers import picture_files


class AvatarPart(AskingPart, AvatarRpc):
    """The part of ChatService that is about avatars. A picture is fetched once, whoever has it."""

    pictures = picture_files()

    @rpc
    def list_avatars(self) -> list[Avatar]:
        return self.store.list_avatars()

    @rpc
    def put_avatar(self, request: PutAvatar) -> Avatar:
        picture = picture_in(request.picture)
        if picture is None:
            raise InvalidRequest("not a picture, or too large", field="picture")
        own = OwnPicture(
            avatar_id=picture.avatar_id,
            media_type=picture.media_type,
            width_px=picture.width_px,
            height_px=picture.height_px,
            content=picture.content,
        )
        self.ask(lambda query_id: self.engine.publish_avatar(query_id, own))
        self.pictures.put(picture)
        return self._has(self.own_jid(), picture.avatar_id)

    @rpc
    def remove_avatar(self, request: Command) -> Avatar:
        self.ask(lambda query_id: self.engine.publish_avatar(query_id, None))
        return self._has(self.own_jid(), None)

    @on_engine(ChatSnapshot)
    def avatars_told(self, update: ChatSnapshot) -> None:
        for each in update.avatars:
            self.avatar_told(each)

    @on_engine(AvatarNews)
    def avatar_told(self, update: AvatarNews) -> None:
        if update.avatar_id is None or self.pictures.has(update.avatar_id):
            self._has(update.jid, update.avatar_id)
        else:
            with suppress(ChatDisconnected, EngineDown):  # the next stream tells it again
                self.engine.fetch_avatar(update)

    @on_engine(AvatarFetched)
    def avatar_fetched(self, update: AvatarFetched) -> None:
        picture = picture_in(update.content)
        if picture is None or picture.avatar_id != update.avatar_id:
            self._has(update.jid, None)
        elif self.pictures.put(picture):
            self._has(update.jid, picture.avatar_id)

    def _has(self, jid: str, avatar_id: str | None) -> Avatar:
        known = self.store.get_avatar(jid)
        avatar = self.store.put_avatar(jid, avatar_id)
        former = known.avatar_id
        if former is not None and former != avatar_id and not self.store.is_shown(former):
            self.pictures.drop(former)
        return avatar
