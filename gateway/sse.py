"""GET /api/v1/events: the event stream, resumable."""

from collections.abc import Iterator

from flask import Flask, Response, request, stream_with_context

from contracts.errors import ContractError
from gateway.event_log import Reset
from gateway.parts import parts, require_session

HEARTBEAT_S = 15.0


def register(app: Flask) -> None:
    """Serve the stream."""

    @app.get("/api/v1/events")
    def events() -> Response:
        require_session()
        after = request.headers.get("Last-Event-ID") or request.args.get("after")
        if after is None:
            after = parts().event_log.last_id()
        return Response(
            stream_with_context(_stream(after)),
            mimetype="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )


def _stream(after: str) -> Iterator[str]:
    yield "retry: 1000\n\n"
    try:
        for item in parts().event_log.follow(after, HEARTBEAT_S):
            if item is None:
                require_session()
                yield ": alive\n\n"
                continue
            event_id, event = item
            yield f"id: {event_id}\ndata: {event}\n\n"
    except Reset:
        yield "event: reset\ndata: {}\n\n"
    except ContractError:
        return
