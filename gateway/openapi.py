"""The OpenAPI 3.1 document, generated from the operations and the contracts.

`python -m gateway.openapi` prints it.
"""

import json
import re
import sys
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from contracts import VERSION
from contracts.audio_socket import AudioClose, AudioCodec, AudioFormat
from contracts.errors import (
    ContractError,
    DeadlineExceeded,
    ForbiddenOrigin,
    InternalError,
    ServiceUnavailable,
    SignInRequired,
    StorageFull,
    StoreUnavailable,
)
from contracts.events import any_event
from contracts.gateway import ProblemDetails, Session
from contracts.health import Health
from gateway.api import BODY, QUERY, Api, Operation
from gateway.routes import (
    audio_sinks,
    avatars,
    calls,
    conferences,
    contacts,
    conversations,
    files,
    health,
    incoming,
    journal,
    lamps,
    passwords,
    people,
    presence,
    recordings,
    rooms,
    session,
    settings,
    sound_check,
    teams,
    voicemail,
)

APIS: tuple[Api, ...] = (
    session.api,
    passwords.api,
    calls.api,
    lamps.api,
    conferences.api,
    sound_check.api,
    audio_sinks.api,
    contacts.api,
    conversations.api,
    rooms.api,
    files.api,
    presence.api,
    avatars.api,
    people.api,
    journal.api,
    recordings.api,
    teams.api,
    settings.api,
    voicemail.api,
    incoming.api,
    health.api,
)
REF_TEMPLATE = "#/components/schemas/{model}"
ALWAYS_POSSIBLE = (
    InternalError,
    ForbiddenOrigin,
    ServiceUnavailable,
    StorageFull,
    StoreUnavailable,
    DeadlineExceeded,
)
FILES = {
    "get_recording": "audio/wav",
    "get_file": "application/octet-stream",
    "get_avatar": "image/*",
}
"""What is not JSON, by operation."""
RESULTS_OF_RESPONSES: dict[str, type] = {"sign_in": Session, "health": Health}
"""What views return that make their response themselves."""
EVENTS = {
    "get": {
        "tags": ["events"],
        "operationId": "events",
        "summary": "The stream of all changes, as Server-Sent Events.",
        "description": "Each event has an `id`; a client that comes back with `Last-Event-ID` "
        "(or `after`) misses nothing. `event: reset` says that the id is unknown: load "
        "everything anew.",
        "parameters": [
            {"name": "after", "in": "query", "schema": {"type": "string"}},
            {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string"}},
        ],
        "responses": {
            "200": {
                "description": "One AnyEvent per message",
                "content": {
                    "text/event-stream": {"schema": {"$ref": REF_TEMPLATE.format(model="AnyEvent")}}
                },
            },
            "401": {"description": "`sign_in_required`"},
        },
    }
}
AUDIO = {
    "get": {
        "tags": ["audio"],
        "operationId": "audio",
        "summary": "WebSocket: the microphone and the speaker of this screen.",
        "description": "First a text message (AudioFormat), then binary frames both ways. "
        f"Close codes: {'; '.join(f'{code:d} {code.reason}' for code in AudioClose)}. "
        "With `resume=true` the audio is taken only if no other `screen` has taken it since. "
        "`lane`, from AudioFormat, makes this a further way of a screen that is there already.",
        "parameters": [
            {"name": "screen", "in": "query", "schema": {"type": "string", "maxLength": 64}},
            {"name": "resume", "in": "query", "schema": {"type": "boolean", "default": False}},
            {
                "name": "codec",
                "in": "query",
                "schema": {"type": "string", "enum": list(AudioCodec), "default": "pcm"},
            },
            {"name": "lane", "in": "query", "schema": {"type": "string", "maxLength": 64}},
        ],
        "responses": {
            "101": {
                "description": "The first message",
                "content": {
                    "application/json": {
                        "schema": {"$ref": REF_TEMPLATE.format(model="AudioFormat")}
                    }
                },
            }
        },
    }
}


@cache
def document() -> dict[str, Any]:
    """The whole document, made when somebody asks for it."""
    operations = [operation for api in APIS for operation in api.operations]
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(_path(operation.rule), {})[operation.method.lower()] = _operation(
            operation
        )
    paths["/api/v1/events"], paths["/api/v1/audio"] = EVENTS, AUDIO
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Handset",
            "version": VERSION,
            "description": "Everything that the page can do. Errors are RFC 9457 problems with a "
            "stable `code`; commands take an `Idempotency-Key` and run once per key.",
            "license": {"name": "GPL-3.0-or-later", "identifier": "GPL-3.0-or-later"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(operations),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "handset-<stack>"}
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    errors: set[type[ContractError]] = {*ALWAYS_POSSIBLE, *operation.errors}
    if not operation.is_public:
        errors.add(SignInRequired)
    described: dict[str, Any] = {
        "tags": [operation.tag],
        "operationId": operation.view.__name__,
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": {str(operation.status): _result(operation), **_problems(errors)},
        "security": [] if operation.is_public else [{"session": []}],
    }
    if operation.view is health.health:
        described["responses"] = {"200": _result(operation), "503": _result(operation)}
    if operation.description:
        described["description"] = operation.description
    if BODY in operation.hints:
        schema = {"$ref": REF_TEMPLATE.format(model=operation.hints[BODY].__name__)}
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"<(?:\w+:)?(\w+)>", operation.rule)
    ]
    if operation.method == "POST" and not operation.is_public:
        key = {"type": "string", "minLength": 8, "maxLength": 64}
        found.append({"name": "Idempotency-Key", "in": "header", "required": False, "schema": key})
    if QUERY in operation.hints:
        schema = operation.hints[QUERY].model_json_schema()
        required = schema.get("required", [])
        found += [
            {"name": name, "in": "query", "required": name in required, "schema": described}
            for name, described in schema["properties"].items()
        ]
    return found


def _result_type(operation: Operation) -> type | None:
    result = operation.hints.get("return")
    if operation.status == 204 or operation.view.__name__ in FILES:
        return None
    return RESULTS_OF_RESPONSES.get(operation.view.__name__, result)


def _result(operation: Operation) -> dict[str, Any]:
    if (media_type := FILES.get(operation.view.__name__)) is not None:
        content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
        return {"description": "The file, or a part of it", "content": content}
    result = _result_type(operation)
    if result is None:
        return {"description": "Done"}
    schema = {"$ref": REF_TEMPLATE.format(model=result.__name__)}
    return {"description": result.__name__, "content": {"application/json": {"schema": schema}}}


def _problems(errors: set[type[ContractError]]) -> dict[str, Any]:
    by_status: dict[str, list[str]] = {}
    for error in sorted(errors, key=lambda each: each.code):
        by_status.setdefault(str(error.http_status), []).append(f"`{error.code}`")
    schema = {"$ref": REF_TEMPLATE.format(model="ProblemDetails")}
    return {
        status: {
            "description": ", ".join(codes),
            "content": {"application/problem+json": {"schema": schema}},
        }
        for status, codes in sorted(by_status.items())
    }


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    bodies = {each.hints[BODY] for each in operations if BODY in each.hints}
    results = {result for each in operations if (result := _result_type(each)) is not None}
    results |= {ProblemDetails, AudioFormat}
    inputs: list[tuple[Any, Any, TypeAdapter[Any]]] = [
        *((model.__name__, "validation", TypeAdapter(model)) for model in sorted(bodies, key=str)),
        *(
            (model.__name__, "serialization", TypeAdapter(model))
            for model in sorted(results, key=str)
        ),
        ("AnyEvent", "serialization", any_event),
    ]
    described, shared = TypeAdapter.json_schemas(inputs, ref_template=REF_TEMPLATE)
    schemas: dict[str, Any] = dict(shared["$defs"])
    schemas["AnyEvent"] = described["AnyEvent", "serialization"]
    codes = sorted(ContractError.by_code)
    schemas["ProblemDetails"]["properties"]["code"]["enum"] = codes
    return dict(sorted(schemas.items()))


def _path(rule: str) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


if __name__ == "__main__":
    json.dump(document(), sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")
