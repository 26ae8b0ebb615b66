"""Voicemail: what the server tells of the box."""

from bus.engine import on_engine
from bus.rpc import rpc
from contracts.voicemail import Voicemail, VoicemailRpc
from services.sip.engine.commands import VoicemailUpdate
from services.sip.store import SipStore


class VoicemailPart(VoicemailRpc):
    """The part of SipService that is about voicemail."""

    store: SipStore

    @rpc
    def get_voicemail(self) -> Voicemail:
        return self.store.get_voicemail()

    @on_engine(VoicemailUpdate)
    def voicemail_updated(self, update: VoicemailUpdate) -> None:
        self.store.put_voicemail(update.voicemail)
