"""REST operations: a path, a verb, contract models in and out. OpenAPI is read off these."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from flask import Flask, Response, request
from pydantic import BaseModel, ValidationError

from contracts.errors import ContractError, InvalidRequest

View = TypeVar("View", bound=Callable[..., Any])

BODY, QUERY = "body", "query"


@dataclass(frozen=True)
class Operation:
    """One verb on one path. Arguments `body` and `query` are models, the others path parts."""

    method: str
    rule: str
    view: Callable[..., Any]
    status: int
    tag: str
    errors: tuple[type[ContractError], ...]
    is_public: bool

    @property
    def hints(self) -> dict[str, Any]:
        return get_type_hints(self.view)

    @property
    def summary(self) -> str:
        return (inspect.getdoc(self.view) or "").partition("\n")[0]

    @property
    def description(self) -> str:
        return (inspect.getdoc(self.view) or "").partition("\n")[2].strip()


class Api:
    """Operations of one resource."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.operations: list[Operation] = []

    def operation(
        self,
        method: str,
        rule: str,
        *,
        status: int = 200,
        errors: tuple[type[ContractError], ...] = (),
        is_public: bool = False,
    ) -> Callable[[View], View]:
        """Serve the decorated function; without `is_public` only with a valid login session."""

        def decorate(view: View) -> View:
            self.operations.append(
                Operation(method, rule, view, status, self.tag, errors, is_public)
            )
            return view

        return decorate

    def register(self, app: Flask, guard: Callable[[], None]) -> None:
        for operation in self.operations:
            app.add_url_rule(
                operation.rule,
                f"{operation.method} {operation.rule}",
                _handler(operation, guard),
                methods=[operation.method],
            )


def _handler(operation: Operation, guard: Callable[[], None]) -> Callable[..., Response]:
    hints = operation.hints

    def handle(**path_parts: str) -> Response:
        if not operation.is_public:
            guard()
        arguments: dict[str, Any] = dict(path_parts)
        if BODY in hints:
            arguments[BODY] = _validated(lambda: _body(hints[BODY]))
        if QUERY in hints:
            arguments[QUERY] = _validated(lambda: hints[QUERY].model_validate(dict(request.args)))
        result = operation.view(**arguments)
        if isinstance(result, Response):
            return result
        if result is None:
            return Response(status=operation.status)
        return Response(result.model_dump_json(), operation.status, mimetype="application/json")

    return handle


def _body(model: type[BaseModel]) -> BaseModel:
    text = request.get_data()
    if text and not request.is_json:
        raise InvalidRequest("the body must be application/json")
    return model.model_validate_json(text or b"{}")


def _validated(read: Callable[[], BaseModel]) -> BaseModel:
    try:
        return read()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidRequest("the request does not fit the contract", problems=problems) from error
