"""Voicemail."""

from contracts.voicemail import Voicemail
from gateway.api import Api
from gateway.parts import parts

api = Api("voicemail")


@api.operation("GET", "/api/v1/voicemail")
def get_voicemail() -> Voicemail:
    """Whether messages wait, and how many; the session names the number that plays them."""
    return parts().sip.get_voicemail()
