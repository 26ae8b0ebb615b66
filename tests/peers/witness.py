"""Who watches a stack while its parts fail: asks again until told, and follows all events."""

import threading
import time
from dataclasses import dataclass, field

import httpx

from tests.peers.face import Face, Json

REPEATED = {"deadline_exceeded", "service_unavailable", "store_unavailable"}
"""What a program asks again for, with the same Idempotency-Key."""
KINDS = ("call", "entry")
"""Of events: of a call, and of its entry in the journal."""
ASK_FOR_S = 30.0
PAUSE_S = 0.2


class Commands:
    """Dials numbers that do not exist, each once, and again under the same key until answered.

    `placed` are the numbers whose call was confirmed by 201; others may or may not have been
    dialled: the answer was lost with a part.
    """

    def __init__(self, face: Face, first_number: int) -> None:
        self._face = face
        self._next = first_number
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.asked: list[str] = []
        self.placed: list[str] = []

    def __enter__(self) -> "Commands":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._is_over.set()
        self._thread.join(ASK_FOR_S + 10)

    def _run(self) -> None:
        while not self._is_over.wait(PAUSE_S):
            number = str(self._next)
            self._next += 1
            self.asked.append(number)
            if self._dial(number):
                self.placed.append(number)

    def _dial(self, number: str) -> bool:
        key = self._face.key()
        give_up_at = time.monotonic() + ASK_FOR_S
        while time.monotonic() < give_up_at:
            try:
                answer = self._face.request(
                    "POST", "/api/v1/calls", {"target": number}, headers=key
                )
            except httpx.HTTPError:
                pass  # the gateway is away
            else:
                if answer.status_code == 201:
                    return True
                if answer.json()["code"] not in REPEATED:
                    return False
            self._is_over.wait(PAUSE_S)
        return False


@dataclass
class Events:
    """Every event of a stack from now on; reconnects with the last id, as a page does."""

    face: Face
    revisions: dict[tuple[str, str], int] = field(default_factory=dict)
    """The newest that was told, by kind of event and id."""
    problems: list[str] = field(default_factory=list)
    is_over: bool = False

    def __enter__(self) -> "Events":
        self._last_id = self.face.request("GET", "/api/v1/calls").json()["event_id"]
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.is_over = True

    def _follow(self) -> None:
        while not self.is_over:
            try:
                for event_id, event in self.face.stream(self._last_id):
                    self._take(event_id, event)
            except (httpx.HTTPError, AssertionError):  # the gateway is away, or what it needs
                time.sleep(PAUSE_S)

    def _take(self, event_id: str, event: Json | str) -> None:
        if isinstance(event, str):
            self.problems.append(event)
            return
        if _order(event_id) <= _order(self._last_id):
            self.problems.append(f"{event_id} after {self._last_id}")
        self._last_id = event_id
        for kind in KINDS:
            if thing := event.get(kind):
                key = kind, thing[f"{kind}_id"]
                self.revisions[key] = max(thing["revision"], self.revisions.get(key, 0))


def _order(event_id: str) -> tuple[int, ...]:
    return tuple(int(part) for part in event_id.split("-"))
