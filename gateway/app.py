"""The gateway: the only process that a browser talks to."""

from flask import Flask, Response, jsonify

from gateway import audio, pages, problems, sse, trust
from gateway.openapi import APIS, document
from gateway.parts import attach, require_session
from gateway.settings import GatewaySettings

LARGEST_REQUEST_BYTES = 1024 * 1024


def create_app(settings: GatewaySettings) -> Flask:
    """The WSGI application, connected to the stack."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST_BYTES
    attach(app, settings)
    problems.register(app)
    trust.register(app, settings.allowed_hosts())
    for api in APIS:
        api.register(app, require_session)
    sse.register(app)
    audio.register(app)

    @app.get("/api/v1/openapi.json")
    def describe() -> Response:
        return jsonify(document())

    pages.register(app, settings.gateway_web_directory)
    _refuse_compression(app)
    return app


def _refuse_compression(app: Flask) -> None:
    """simple-websocket accepts permessage-deflate when it is offered; PCM only costs time in it."""
    serve = app.wsgi_app

    def without_extensions(environment: dict[str, object], start_response: object) -> object:
        environment.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
        return serve(environment, start_response)  # type: ignore[arg-type]

    app.wsgi_app = without_extensions  # type: ignore[method-assign,assignment]
