"""How soon everybody of a large roster is there, with their presence."""

import threading
import time
from statistics import median

from deploy.program import port_answers, write
from tests.bench.chat_servers import ChatStack, Place
from tests.bench.crowd import Crowd, address
from tests.bench.figures import Figure, Report
from tests.peers.chatter import Chatter
from tests.peers.ear import eventually
from tests.peers.face import Face

PEER = "slixmpp"
RUNS = 3
WITHIN_S = 30.0


def measure(report: Report, place: Place, alice: ChatStack, contacts: int) -> None:
    """Both sign in, in turn; the peer's roster is what slixmpp keeps by itself."""
    place.server.stop()
    _write_roster(place, contacts)
    place.server.start()
    times, peer_times = [], []
    eventually(lambda: port_answers(place.component_port))
    with Crowd(place.component_port):
        for _ in range(RUNS):
            peer_times.append(_peer_s(place, contacts))
            times.append(_stack_s(alice, contacts))
        painted_s = [_page_s(place, alice) for _ in range(RUNS)]
    value, peer_value = (round(median(each), 2) for each in (times, peer_times))
    report.add(Figure("roster_5000_s", value, "s", RUNS, PEER, peer_value))
    report.add(Figure("roster_5000_page_s", round(median(painted_s), 2), "s", RUNS))


def _write_roster(place: Place, contacts: int) -> None:
    """As Prosody keeps it."""
    items = "".join(
        f'  ["{address(number)}"] = {{ subscription = "both", name = "Person {number}", '
        'groups = { ["Crowd"] = true } };\n'
        for number in range(contacts)
    )
    directory = place.data / "practice" / "roster"
    directory.mkdir(exist_ok=True)
    write(directory / "alice.dat", f"return {{\n{items}  [false] = {{ version = 1 }};\n}};\n")


def _peer_s(place: Place, contacts: int) -> float:
    """From the start of the connection until everybody has been heard of."""
    heard: set[str] = set()
    are_all = threading.Event()

    def hear(presence: object) -> None:
        heard.add(presence["from"].bare)  # type: ignore[index]
        if len(heard) > contacts:  # we hear ourselves
            are_all.set()

    peer = Chatter(place.practice, "alice")
    peer.do(lambda: peer.client.add_event_handler("presence", hear))
    started_at = time.monotonic()
    with peer:
        if not are_all.wait(WITHIN_S):
            raise TimeoutError(f"the peer has heard of {len(heard)} of {contacts}")
        return time.monotonic() - started_at


def _stack_s(alice: ChatStack, contacts: int) -> float:
    """From the sign-in until events have told of everybody's presence."""
    with alice.face() as face:
        before = face.request("GET", "/api/v1/roster").json()["event_id"]
        face.request("DELETE", "/api/v1/session")
        started_at = time.monotonic()
        alice.sign_in(face)
        _hear_all(face, before, contacts)
        return time.monotonic() - started_at


def _hear_all(face: Face, before: str, contacts: int) -> None:
    there: set[str] = set()
    for _event_id, event in face.stream(before):
        if isinstance(event, dict) and event["type"] == "chat.roster.changed":
            there -= set(event["deleted"])
            there |= {
                each["jid"] for each in event["items"] if each["presence"]["show"] != "offline"
            }
            if len(there) >= contacts:
                return
    raise RuntimeError(f"the stream ended after {len(there)} of {contacts}")


def _page_s(place: Place, alice: ChatStack) -> float:
    """From loading a page until its contact list is painted, with presence."""
    with alice.page(place, "/contacts") as page:
        page.add_init_script(_NOTE_FIRST)
        page.reload()
        return float(page.evaluate("window.firstContactAt")) / 1000


_NOTE_FIRST = """
window.firstContactAt = new Promise((painted) => {
  const look = () => {
    if (document.querySelector('[data-testid="contact"]:not(.offline)') === null)
      return requestAnimationFrame(look)
    const channel = new MessageChannel()
    channel.port1.onmessage = () => painted(performance.now())
    channel.port2.postMessage(null)
  }
  requestAnimationFrame(look)
})
"""
