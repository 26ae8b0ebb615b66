"""Conversations: what is read and what is written."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from bus.rpc import rpc
from contracts.chat import (
    Conversation,
    ConversationCommand,
    CorrectMessage,
    Delivery,
    Direction,
    Message,
    MessageCommand,
    React,
    SendMessage,
)
from contracts.errors import NotFound, WrongMessageState, WrongRoomState
from contracts.files import SharedFile
from contracts.identity import BareJid
from services.chat.amending import corrected, read_up_to, retracted, with_reactions
from services.chat.archive import AWAY, ArchivePart
from services.chat.engine.commands import Outgoing, OutgoingKind, Quote
from services.chat.room_store import RoomRecord
from services.chat.taking import next_position, quoted
from services.chat.thread import Thread, id_key


class ConversationPart(ArchivePart):
    """The part of ChatService that the person uses."""

    @rpc
    def list_conversations(self) -> list[Conversation]:
        return self.store.list_conversations()

    @rpc
    def get_conversation(self, conversation_id: BareJid) -> Conversation:
        return self.store.get_conversation(conversation_id)

    @rpc
    def send_message(self, request: SendMessage) -> Message:
        return self.send(request, request.body, in_reply_to=request.in_reply_to)

    def send(
        self,
        request: ConversationCommand,
        body: str,
        *,
        in_reply_to: str | None = None,
        file: SharedFile | None = None,
    ) -> Message:
        """Raises NotFound if it answers a message that is not kept here."""
        own, now = self.own_jid(), datetime.now(UTC)
        room = self._room(request)
        with self.store.lock:
            thread = self._open(request, in_reply_to)
            answered = self._find(thread, in_reply_to) if in_reply_to else None
            message = Message(
                message_id=request.request_id,
                conversation_id=request.conversation_id,
                revision=0,
                position=next_position(thread, now),
                direction=Direction.SENT,
                sender=own,
                sender_name=room.seat.nick if room else "",
                body=body,
                file=file,
                sent_at=now,
                delivery=Delivery.PENDING,
                in_reply_to=quoted(answered) if answered else None,
                stanza_id=request.request_id,
            )
            outgoing = Outgoing(
                conversation_id=request.conversation_id,
                stanza_id=request.request_id,
                is_groupchat=room is not None,
                body=body,
                is_file=file is not None,
                quote=_quote(answered) if answered else None,
            )
            with self.store.changing([thread], sent=outgoing):
                thread.put(message)
                thread.name(message)
                read_up_to(thread, message.position)
        self.send_outgoing()
        return thread.messages[message.message_id]

    @rpc
    def retry_message(self, request: MessageCommand) -> Message:
        self.require_account()
        room = self._room(request)
        with self.store.lock:
            thread = self._open(request, request.message_id)
            message = self._find(thread, request.message_id)
            if message.delivery is not Delivery.FAILED:
                raise WrongMessageState("it did not fail", delivery=message.delivery)
            again = message.model_copy(
                update={
                    "stanza_id": request.request_id,
                    "archive_id": None,
                    "delivery": Delivery.PENDING,
                    "problem": None,
                    "problem_detail": "",
                }
            )
            outgoing = Outgoing(
                conversation_id=request.conversation_id,
                stanza_id=request.request_id,
                is_groupchat=room is not None,
                body=message.body,
                is_file=message.file is not None,
            )
            with self.store.changing([thread], sent=outgoing):
                thread.put(again)
                thread.name(again)
        self.send_outgoing()
        return thread.messages[message.message_id]

    @rpc
    def correct_message(self, request: CorrectMessage) -> Message:
        now = datetime.now(UTC)
        return self._change(
            request,
            OutgoingKind.CORRECTION,
            lambda message: corrected(_own(message), request.body, now),
            body=request.body,
        )

    @rpc
    def retract_message(self, request: MessageCommand) -> Message:
        return self._change(
            request, OutgoingKind.RETRACTION, lambda message: retracted(_own(message))
        )

    @rpc
    def react(self, request: React) -> Message:
        own = self.own_jid()
        return self._change(
            request,
            OutgoingKind.REACTIONS,
            lambda message: with_reactions(message, own, request.emoji),
            emoji=request.emoji,
        )

    @rpc
    def mark_read(self, request: MessageCommand) -> Conversation:
        self.require_account()
        with self.store.lock:
            thread = self._open(request, request.message_id)
            position = self._find(thread, request.message_id).position
            seen = [
                each
                for each in thread.window()
                if each.direction is Direction.RECEIVED
                and thread.state.read_up_to < each.position <= position
            ]
            marker = _displayed(seen[-1], request) if seen and not self._is_over(request) else None
            with self.store.changing([thread], sent=marker):
                read_up_to(thread, position)
        if seen:
            self.send_outgoing()
        return self.store.get_conversation(request.conversation_id)

    @rpc
    def set_composing(self, conversation_id: BareJid, *, is_composing: bool) -> None:
        self.require_account()
        record = self.store.find_room(conversation_id)
        if record is not None and record.has_left:
            return
        with suppress(*AWAY):
            self.engine.set_composing(
                conversation_id, is_composing=is_composing, is_groupchat=record is not None
            )

    def _change(
        self,
        request: MessageCommand,
        kind: OutgoingKind,
        change: Callable[[Message], Message],
        **fields: object,
    ) -> Message:
        """Change a message here, and tell the other. Raises NotFound, WrongMessageState."""
        self.require_account()
        room = self._room(request)
        with self.store.lock:
            thread = self._open(request, request.message_id)
            message = self._find(thread, request.message_id)
            is_by_archive = room is not None and kind is not OutgoingKind.CORRECTION
            target = message.archive_id if is_by_archive else message.stanza_id
            is_lost = message.delivery is Delivery.FAILED or target is None
            if is_lost or message.is_retracted:
                raise WrongMessageState("it failed, was retracted, or has no id")
            outgoing = Outgoing.model_validate(
                {
                    "conversation_id": request.conversation_id,
                    "stanza_id": request.request_id,
                    "is_groupchat": room is not None,
                    "kind": kind,
                    "target": target,
                    **fields,
                }
            )
            changed = change(message)
            with self.store.changing([thread], sent=outgoing):
                thread.put(changed)
                thread.remember(id_key(Direction.SENT, request.request_id), is_seen=True)
        self.send_outgoing()
        return thread.messages[message.message_id]

    def _is_over(self, request: ConversationCommand) -> bool:
        record = self.store.find_room(request.conversation_id)
        return record is not None and record.has_left

    def _room(self, request: ConversationCommand) -> RoomRecord | None:
        """None if it is no room. Raises WrongRoomState."""
        record = self.store.find_room(request.conversation_id)
        if record is not None and record.has_left:
            raise WrongRoomState(conversation_id=request.conversation_id)
        return record

    def _open(self, request: ConversationCommand, message_id: str | None) -> Thread:
        thread = self.store.open(request.conversation_id)
        if message_id is not None and message_id not in thread.messages:
            found = self.store.find_message(request.conversation_id, message_id)
            if found is not None:
                thread.messages[message_id] = found
        return thread

    def _find(self, thread: Thread, message_id: str) -> Message:
        """Raises NotFound."""
        if message_id not in thread.messages:
            raise NotFound("not among the messages that are kept here", message_id=message_id)
        return thread.messages[message_id]


def _own(message: Message) -> Message:
    if message.direction is not Direction.SENT:
        raise WrongMessageState("it is not ours")
    return message


def _quote(message: Message) -> Quote | None:
    """In rooms the archive's id names a message, elsewhere that of its sender."""
    stanza_id = message.archive_id if message.sender_name else message.stanza_id
    if stanza_id is None:
        return None
    return Quote(
        stanza_id=stanza_id,
        sender=message.sender,
        sender_name=message.sender_name,
        excerpt=quoted(message).excerpt,
    )


def _displayed(message: Message, request: MessageCommand) -> Outgoing | None:
    """The marker that says so (XEP-0333, and XEP-0490 for our own devices)."""
    is_groupchat = bool(message.sender_name)
    target = message.archive_id if is_groupchat else message.stanza_id
    if target is None:
        return None
    return Outgoing(
        conversation_id=message.conversation_id,
        stanza_id=request.request_id,
        is_groupchat=is_groupchat,
        kind=OutgoingKind.DISPLAYED,
        target=target,
        target_archive_id=message.archive_id,
    )
