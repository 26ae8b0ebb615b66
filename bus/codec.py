"""Contract methods to and from JSON values. Engines use it, too: no nameko, no eventlet."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from contracts.errors import InternalError, InvalidRequest

Contract = TypeVar("Contract")


class Codec:
    """Converts the arguments and the result of one contract method."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._signature = inspect.signature(method)
        self._adapters: dict[str, TypeAdapter[Any]] = {
            name: TypeAdapter(hint) for name, hint in get_type_hints(method).items()
        }

    def dump_arguments(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Raises InvalidRequest."""
        return {name: self._dump(name, value) for name, value in self._bind(args, kwargs).items()}

    def load_arguments(self, args: Iterable[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Raises InvalidRequest."""
        return {name: self._load(name, value) for name, value in self._bind(args, kwargs).items()}

    def dump_result(self, result: Any) -> Any:
        return self._adapters["return"].dump_python(result, mode="json")

    def load_result(self, result: Any) -> Any:
        try:
            return self._adapters["return"].validate_python(result)
        except ValidationError as error:
            raise InternalError("the reply does not fit the contract") from error

    def _bind(self, args: Iterable[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        try:
            arguments = self._signature.bind(
                None, *args, **kwargs
            ).arguments  # None stands for self
        except TypeError as error:  # a missing or an unexpected argument
            raise InvalidRequest(str(error)) from error
        return dict(list(arguments.items())[1:])

    def _dump(self, name: str, value: Any) -> Any:
        try:
            return self._adapters[name].dump_python(value, mode="json", warnings="error")
        except PydanticSerializationError as error:
            raise InvalidRequest(f"{name}: {error}") from error

    def _load(self, name: str, value: Any) -> Any:
        try:
            return self._adapters[name].validate_python(value)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
            raise InvalidRequest(
                f"{name}: {error.error_count()} problems", problems=problems
            ) from error


@cache
def codec_of(contract: type, method_name: str) -> Codec:
    """The codec of one method of a contract, made once."""
    return Codec(getattr(contract, method_name))


class TypedClient:
    """Looks like an instance of `contract`; methods go through `call(name, arguments, limit_s)`."""

    def __init__(
        self, contract: type, call: Callable[[str, dict[str, Any], float], Any], timeout_s: float
    ) -> None:
        self._contract = contract
        self._call = call
        self._timeout_s = timeout_s

    def __getattr__(self, method_name: str) -> Callable[..., Any]:
        codec = codec_of(self._contract, method_name)

        def remote_method(*args: Any, **kwargs: Any) -> Any:
            arguments = codec.dump_arguments(*args, **kwargs)
            return codec.load_result(self._call(method_name, arguments, self._timeout_s))

        return remote_method


def within(timeout_s: float, client: Contract) -> Contract:
    """The same client with another deadline: `within(2, self.sip).list_calls()`."""
    if not isinstance(client, TypedClient):
        return client  # a stand-in in a unit test
    return cast(Contract, TypedClient(client._contract, client._call, timeout_s))
