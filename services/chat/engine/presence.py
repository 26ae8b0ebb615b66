"""What others are told of us, whenever a stream begins and when it changes."""

from slixmpp import ClientXMPP

from contracts.presence import OwnPresence, Show

PRIORITIES = {Show.CHAT: 5, Show.AVAILABLE: 5, Show.DND: 5, Show.AWAY: 1, Show.XA: 0}
"""Who is away leaves new conversations to another device on which they are not."""


class PresenceSender:
    """Our part of RFC 6121 section 4. A stream that is resumed still has what it was told."""

    def __init__(self, stream: ClientXMPP, presence: OwnPresence) -> None:
        self._stream = stream
        self._presence = presence
        self._is_told = False
        self._is_open = False
        stream.add_event_handler("session_start", self._begin)
        stream.add_event_handler("session_resumed", self._go_on)
        stream.add_event_handler("disconnected", self._pause)

    def put(self, presence: OwnPresence) -> None:
        """Without a stream it is told when there is one."""
        self._is_told = self._is_told and presence == self._presence
        self._presence = presence
        self._tell()

    def _begin(self, _: object) -> None:
        self._is_told = False
        self._go_on(None)

    def _go_on(self, _: object) -> None:
        self._is_open = True
        self._tell()

    def _pause(self, _: object) -> None:
        self._is_open = False

    def _tell(self) -> None:
        if not self._is_open or self._is_told:
            return
        self._is_told = True
        show = self._presence.show
        self._stream.send_presence(
            pshow=None if show is Show.AVAILABLE else show.value,
            pstatus=self._presence.status or None,
            ppriority=PRIORITIES[show],
        )
