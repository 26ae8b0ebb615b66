"""Message stanzas that we send."""

from collections.abc import Callable

from slixmpp.stanza import Message

from services.chat.engine.client import XmppClient
from services.chat.engine.commands import Outgoing, OutgoingKind

RETRACTION_FALLBACK = "This person attempted to retract a previous message."


def write(client: XmppClient, outgoing: Outgoing) -> Message:
    """The stanza, not sent yet."""
    message = client.message_to(outgoing.conversation_id, is_groupchat=outgoing.is_groupchat)
    message["id"] = outgoing.stanza_id
    message["origin_id"]["id"] = outgoing.stanza_id
    _WRITERS[outgoing.kind](message, outgoing)
    return message


def _text(message: Message, outgoing: Outgoing) -> None:
    message["body"] = outgoing.body
    if outgoing.is_file:
        message["oob"]["url"] = outgoing.body
    message["chat_state"] = "active"
    if not outgoing.is_groupchat:
        message["request_receipt"] = True
        message.enable("markable")
    if (quote := outgoing.quote) is not None:
        message["reply"]["id"] = quote.stanza_id
        if outgoing.is_groupchat and quote.sender_name:
            message["reply"]["to"] = f"{outgoing.conversation_id}/{quote.sender_name}"
        elif quote.sender and not outgoing.is_groupchat:
            message["reply"]["to"] = quote.sender
        if quote.excerpt:
            message["reply"].add_quoted_fallback(quote.excerpt)


def _correction(message: Message, outgoing: Outgoing) -> None:
    _text(message, outgoing)
    message["replace"]["id"] = outgoing.target


def _retraction(message: Message, outgoing: Outgoing) -> None:
    message["body"] = RETRACTION_FALLBACK
    message["fallback"]["for"] = "urn:xmpp:message-retract:1"
    message["retract"]["id"] = outgoing.target
    message.enable("store")


def _reactions(message: Message, outgoing: Outgoing) -> None:
    message["reactions"]["id"] = outgoing.target
    message["reactions"].set_values(outgoing.emoji, all_chars=True)
    message.enable("store")


def _displayed(message: Message, outgoing: Outgoing) -> None:
    message["displayed"]["id"] = outgoing.target
    message.enable("store")


_WRITERS: dict[OutgoingKind, Callable[[Message, Outgoing], None]] = {
    OutgoingKind.MESSAGE: _text,
    OutgoingKind.CORRECTION: _correction,
    OutgoingKind.RETRACTION: _retraction,
    OutgoingKind.REACTIONS: _reactions,
    OutgoingKind.DISPLAYED: _displayed,
}
