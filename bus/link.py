"""What a service and its engine say to each other over a UNIX socket: one JSON object a line.

    service → engine  {"id": 7, "command": "place_call", "arguments": {…}, "expires_at": 1234.5}
    engine → service  {"id": 7, "result": …}  or  {"id": 7, "error": {"code": …}}
                      {"update": "CallUpdate", "value": {…}}     in order, no id

The engine's first line on every connection is a snapshot of all it knows. A newer connection
replaces an older one. A closed connection means nothing to the engine: calls go on. `ping` is
answered by the loop that does the engine's work, so that a hung engine is told from a busy one.
Imports neither nameko nor eventlet.
"""

from typing import Any

from contracts.base import Model

LINE_LIMIT_BYTES = 16 * 1024 * 1024
PING = "ping"
Line = dict[str, Any]


class EngineGone(Model):
    """The engine stopped, hangs, or is being started. Made by the service's end of the link."""

    reason: str
