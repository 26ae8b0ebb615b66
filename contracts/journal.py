"""What the journal service says and understands."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime

from contracts.base import Event, Model
from contracts.encryption import Encryption
from contracts.health import PartHealth
from contracts.incoming import Diversion
from contracts.missed_calls import MissedCallsRpc
from contracts.phones import PlacedOn
from contracts.quality import CallQuality
from contracts.recordings import Recording, RecordingsRpc
from contracts.sip import CallDirection, CallProblem, Remote, TerminationCause


class JournalResult(StrEnum):
    """What became of a call."""

    RUNNING = "running"  # it rings or is being talked on
    ANSWERED = "answered"
    MISSED = "missed"  # incoming: nobody here answered
    REJECTED = "rejected"  # incoming: refused here
    DIVERTED = "diverted"  # incoming: sent on to `diversion.target`
    UNANSWERED = "unanswered"  # outgoing: nobody answered, or we gave up
    FAILED = "failed"  # outgoing: `problem` says why


class JournalEntry(Model):
    """One line of history. There from the first ring on, closed when the call ends."""

    entry_id: str
    """The call's `call_id`."""
    revision: int
    direction: CallDirection
    result: JournalResult
    cause: TerminationCause | None
    problem: CallProblem | None
    sip_status: int | None
    remote: Remote
    dialled_text: str | None
    started_at: AwareDatetime
    answered_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    quality: CallQuality | None = None
    """Of the whole call; null while it runs, and if nothing was heard."""
    recordings: tuple[Recording, ...] = ()
    ring_time_s: float
    talk_time_s: float
    hold_time_s: float = 0
    """How much of it the call was on hold here; 0 in entries that are older than this field."""
    transferred_to: Remote | None = None
    """Who has the call now."""
    conferred_with: tuple[Remote, ...] = ()
    """Who was in conference with it."""
    diversion: Diversion | None = None
    placed_on: PlacedOn | None = None
    encryption: Encryption | None = None
    """As it was last; null if there was no sound, and of entries that are older than this field."""


class JournalPage(Model):
    """Entries, newest first."""

    items: list[JournalEntry]
    next: str | None
    """Cursor of the following page; null at the end."""


class JournalEntryChanged(Event):
    """An entry was added or changed."""

    type: Literal["journal.entry.changed"] = "journal.entry.changed"
    entry: JournalEntry


class JournalRpc(RecordingsRpc, MissedCallsRpc):
    """RPC interface of the journal service."""

    def list_entries(self, after: str | None, limit: int) -> JournalPage:
        """Newest first; `after` is the cursor of a page before. Raises InvalidRequest."""
        raise NotImplementedError

    def health(self) -> list[PartHealth]:
        raise NotImplementedError
