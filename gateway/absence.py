"""Sends the person away when nobody uses any of their screens, and brings them back."""

import threading
import time
from contextlib import suppress

import structlog
from redis import RedisError

from bus.retry import AWAY, until_done
from contracts.base import Command, Event
from contracts.chat import ChatRpc
from contracts.errors import SignedOut
from contracts.presence import BeginAbsence
from contracts.sip import CallChanged, CallState, SipRpc
from gateway.idleness import Idleness
from gateway.preferences import Preferences

log = structlog.get_logger(__name__)

RETRY_S = 5.0


class Absence:
    """Looks whenever something changes, and when it is time. Any thread may tell it things."""

    def __init__(self, preferences: Preferences) -> None:
        self._preferences = preferences
        self._idleness = Idleness()
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._is_away: bool | None = None
        """What chat was told last."""

    def start(self, chat: ChatRpc, sip: SipRpc) -> None:
        threading.Thread(target=self._run, args=(chat, sip), name="absence", daemon=True).start()

    def note_screen(self, name: str, *, is_locked: bool) -> None:
        with self._lock:
            self._idleness.note_screen(name, time.monotonic(), is_locked=is_locked)
        self._bell.set()

    def note_call(self, event: Event) -> None:
        if isinstance(event, CallChanged):
            is_over = event.call.state is CallState.TERMINATED
            with self._lock:
                self._idleness.note_call(event.call.call_id, time.monotonic(), is_over=is_over)
            self._bell.set()

    def settings_changed(self) -> None:
        self._bell.set()

    def _run(self, chat: ChatRpc, sip: SipRpc) -> None:
        until_done("running calls", lambda: self._note_calls(sip), lambda: True)
        while True:
            try:
                wait_s = self._look(chat)
            except (RedisError, *AWAY) as error:
                log.debug("absence not told", error=type(error).__name__)
                wait_s = RETRY_S
            self._bell.wait(wait_s)
            self._bell.clear()

    def _note_calls(self, sip: SipRpc) -> None:
        """Those that began before the gateway did."""
        for call in sip.list_calls():
            self.note_call(CallChanged(call=call))

    def _look(self, chat: ChatRpc) -> float | None:
        """How long nothing is going to change by itself."""
        settings = self._preferences.get()
        after_s = settings.away_after_s
        with self._lock:
            now = time.monotonic()
            is_away = self._idleness.is_idle(now, after_s) if after_s else False
            due_in_s = self._idleness.due_in_s(now, after_s) if after_s else None
        if is_away is not None and is_away != self._is_away:
            _tell(chat, settings.status_texts.away, is_away=is_away)
            self._is_away = is_away
        return max(due_in_s, 0.0) if due_in_s is not None and not is_away else None


def _tell(chat: ChatRpc, status: str, *, is_away: bool) -> None:
    with suppress(SignedOut):  # then nobody is told anything
        if is_away:
            chat.begin_absence(BeginAbsence(status=status))
        else:
            chat.end_absence(Command())
