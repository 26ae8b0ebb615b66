"""Errors as application/problem+json, RFC 9457."""

import structlog
from flask import Flask, Response
from redis import RedisError
from werkzeug.exceptions import HTTPException

from bus.room import store_error
from contracts.errors import (
    ContractError,
    InternalError,
    InvalidRequest,
    NotFound,
)
from contracts.gateway import ProblemDetails

log = structlog.get_logger(__name__)


def problem_response(error: ContractError, status: int | None = None) -> Response:
    """The response that says what `error` says."""
    status = status or error.http_status
    problem = ProblemDetails(
        type=f"/api/v1/docs#problem-{error.code}",
        title=(type(error).__doc__ or error.code).partition(".")[0],
        status=status,
        code=error.code,
        detail=error.detail,
        fields=error.fields,
    )
    response = Response(problem.model_dump_json(), status, mimetype="application/problem+json")
    if "retry_in_s" in error.fields:
        response.headers["Retry-After"] = str(error.fields["retry_in_s"])
    return response


def register(app: Flask) -> None:
    """Turn every error of a view into a problem."""

    @app.errorhandler(ContractError)
    def expected(error: ContractError) -> Response:
        return problem_response(error)

    @app.errorhandler(RedisError)
    def store_away(error: RedisError) -> Response:
        log.warning("redis unavailable", error=type(error).__name__)
        return problem_response(store_error(error))

    @app.errorhandler(HTTPException)
    def refused(error: HTTPException) -> Response:
        status = error.code or 500
        kind = NotFound if status == 404 else InvalidRequest
        return problem_response(kind(error.description or ""), status)

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> Response:
        log.error("request failed", exc_info=error)
        return problem_response(InternalError(type(error).__name__))
