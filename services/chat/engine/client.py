"""slixmpp's client, with the extensions that Handset speaks, and nothing that it does by itself."""

import ssl

from slixmpp import JID, ClientXMPP
from slixmpp.stanza import Message

from contracts.chat_connection import ChatAccount
from services.chat.engine.locate import Hop

PLUGINS: dict[str, dict[str, object]] = {
    "xep_0030": {},  # service discovery
    "xep_0045": {},  # rooms
    "xep_0066": {},  # files
    "xep_0084": {},  # avatars
    "xep_0085": {},  # chat states
    "xep_0184": {"auto_ack": False, "auto_request": False},  # receipts
    "xep_0191": {},  # blocking
    "xep_0198": {"window": 2**31},  # stream management; we ask for acknowledgements ourselves
    "xep_0199": {},  # ping
    "xep_0203": {},  # delayed delivery
    "xep_0249": {},  # invitations into rooms
    "xep_0280": {},  # carbons
    "xep_0308": {},  # correction
    "xep_0313": {},  # archive
    "xep_0333": {},  # markers
    "xep_0352": {},  # client state
    "xep_0359": {},  # stable ids
    "xep_0424": {},  # retraction
    "xep_0428": {},  # fallback
    "xep_0444": {},  # reactions
    "xep_0461": {},  # replies
    "xep_0490": {},  # displayed on another device
}
ACKNOWLEDGEMENT_REQUEST = "<r xmlns='urn:xmpp:sm:3'/>"


class XmppClient(ClientXMPP):
    """One account; connects where it is told, once."""

    def __init__(self, account: ChatAccount, resource: str) -> None:
        jid = f"{account.user}@{account.profile.domain}/{resource}"
        super().__init__(jid, account.password.get_secret_value())
        for name, options in PLUGINS.items():
            self.register_plugin(name, options)
        authority = account.profile.ca_certificate
        self.ssl_context = ssl.create_default_context(cadata=authority)
        self.whitespace_keepalive = False  # pings tell more
        self.auto_authorize = None  # who wants to see our presence is asked for, never answered
        self.auto_subscribe = False

    def connect_to(self, hop: Hop) -> None:
        self.enable_direct_tls = hop.is_direct_tls
        self.enable_starttls = not hop.is_direct_tls
        self.connect(hop.host, hop.port)

    def message_to(self, conversation_id: str, *, is_groupchat: bool) -> Message:
        """To somebody, or to everybody in a room."""
        return self.make_message(
            mto=JID(conversation_id), mtype="groupchat" if is_groupchat else "chat"
        )

    def has_acknowledgements(self) -> bool:
        """Whether the server tells what it has; asked after what was sent until now."""
        if not self.plugin["xep_0198"].enabled_out:
            return False
        self.send(ACKNOWLEDGEMENT_REQUEST, use_filters=False)
        return True

    @property
    def is_encrypted(self) -> bool:
        return isinstance(self.socket, ssl.SSLObject | ssl.SSLSocket)

    @property
    def own(self) -> str:
        """Our bare address."""
        return str(self.boundjid.bare)
