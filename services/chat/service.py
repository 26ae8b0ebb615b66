"""The chat service: conversations, roster and presence of this stack's account."""

from bus.engine import EngineState, on_engine
from bus.health import redis_health
from bus.link import EngineGone
from bus.rpc import rpc
from contracts.chat import ChatRpc
from contracts.chat_connection import ChatConnection, ChatState
from contracts.health import HealthState, PartHealth
from services.chat.avatars import AvatarPart
from services.chat.engine.commands import ChatSnapshot, ConnectionUpdate
from services.chat.files import FilesPart
from services.chat.history import HistoryPart
from services.chat.password import PasswordPart
from services.chat.people import PeoplePart
from services.chat.presence import PresencePart
from services.chat.rooms import RoomPart
from services.chat.roster import RosterPart
from services.chat.settings import ChatSettings


class ChatService(
    FilesPart,
    HistoryPart,
    RoomPart,
    RosterPart,
    PresencePart,
    AvatarPart,
    PasswordPart,
    PeoplePart,
    ChatRpc,
):
    """Names of methods and what they raise: contracts/chat.py."""

    name = "chat"
    settings_class = ChatSettings

    @on_engine(ChatSnapshot)
    def engine_connected(self, update: ChatSnapshot) -> None:
        with self.keeper.lock:
            self.agree_on_account(update)
        self.progress.begin()
        self.take_arrivals(update.arrivals)
        if update.account is not None:
            self.connection_changed(update.connection)

    @on_engine(ConnectionUpdate)
    def connection_changed(self, update: ConnectionUpdate) -> None:
        with self.keeper.lock:
            self.note_connection(update)
        if update.connection.state is ChatState.CONNECTED:
            if update.is_new:
                self.progress.begin()
            self.catch_up(None)
            self.enter_rooms()
        else:
            for reading in self.progress.readings.values():
                reading.pause()

    @on_engine(EngineGone)
    def engine_gone(self, update: EngineGone) -> None:
        self.progress.begin()
        known = self.store.get_connection()
        if known.jid is not None:
            self.store.put_connection(ChatConnection(jid=known.jid, state=ChatState.CONNECTING))

    @rpc
    def health(self) -> list[PartHealth]:
        is_up = self.engine_state is EngineState.UP
        engine = PartHealth(
            part="chat-engine",
            state=HealthState.UP if is_up else HealthState.DOWN,
            detail="" if is_up else self.engine_state,
        )
        return [redis_health(self.store), engine]


SERVICE = ChatService
