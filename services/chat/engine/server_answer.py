"""How the server answered what the service has asked of it."""

from contracts.base import Model


class ServerAnswer(Model):
    """To the query of this id."""

    query_id: str
    condition: str | None = None
    """The stanza error condition (RFC 6120 section 8.3.3). None: it has done what was asked."""
