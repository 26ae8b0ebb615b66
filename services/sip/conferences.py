"""Conferences, as everybody else sees them."""

from bus.engine import engine
from bus.rpc import rpc
from contracts.conferences import Conference, ConferenceRpc, StartConference
from contracts.sip import Call
from services.sip.engine.commands import SipEngine, SipSnapshot


class ConferencePart(ConferenceRpc):
    """The part of SipService that is about conferences; the engine knows all about them."""

    engine = engine(SipEngine, SipSnapshot)

    @rpc
    def start_conference(self, request: StartConference) -> Conference:
        calls = self.engine.start_conference(request.call_ids)
        return Conference(conference_id=calls[0].conference_id or "", calls=calls)

    @rpc
    def drop_participant(self, conference_id: str, call_id: str) -> Call:
        return self.engine.drop_participant(conference_id, call_id)

    @rpc
    def end_conference(self, conference_id: str) -> None:
        self.engine.end_conference(conference_id)
