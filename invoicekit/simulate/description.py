"""Hold what goes over the wire against a provider's OpenAPI document, requests and answers alike."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import attrs

from invoicekit.simulate.described_schema import METHODS, SchemaBook, checkable

DescribedOperation = tuple[str, str]
"""The verb in upper case, and the path as the document writes it."""
_HOST = "http://simulator.invalid"


@attrs.frozen(kw_only=True)
class Exchange:
    """One request and its answer, as they were on the wire."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes | None
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes


class Description:
    """One provider's OpenAPI document, version 3.0 or 3.1, in one file.

    The first server's path, if it has one, stands before every path of the document.

    Attributes:
        document: As written.
        operations: Everything it describes.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Take the document in.

        Raises:
            ValueError: It is not an OpenAPI document, or refers to what is not in it.
            ModuleNotFoundError: openapi-core is not installed; the extra `openapi` brings it.
        """
        paths = document.get("paths")
        if "openapi" not in document or not isinstance(paths, Mapping):
            raise ValueError("no OpenAPI 3 document: `openapi` and `paths` are missing")
        # Only who has a document needs these: the extra `openapi`.
        from jsonschema.exceptions import ValidationError
        from openapi_core import OpenAPI
        from openapi_core.exceptions import OpenAPIError

        self.document = document
        self._base = _base_path(document)
        self._book = SchemaBook(document)
        self._book.check_references()
        self._mistakes = (OpenAPIError, ValueError, TypeError, LookupError, AttributeError)
        try:
            self._api = OpenAPI.from_dict(checkable(document, server=_HOST + self._base))
        except ValidationError as mistake:
            raise ValueError(f"not valid at {mistake.json_path}: {mistake.message}") from None
        except self._mistakes as mistake:
            raise ValueError(f"not valid: {mistake}") from None
        self.operations: frozenset[DescribedOperation] = frozenset(
            (method.upper(), path) for path, item in paths.items() for method in METHODS & set(item)
        )

    @classmethod
    def read(cls, path: Path) -> "Description":
        """Read a document: JSON, or YAML by the file's name.

        Raises:
            OSError: The file cannot be read.
            ValueError: It holds no valid document.
            ModuleNotFoundError: openapi-core is not installed; the extra `openapi` brings it.
        """
        text = path.read_text(encoding="utf-8")
        found = _from_yaml(text) if path.suffix.lower() in {".yaml", ".yml"} else json.loads(text)
        if not isinstance(found, dict):
            raise ValueError("no OpenAPI 3 document: it holds no object")
        return cls(found)

    def operation_of(self, exchange: Exchange) -> DescribedOperation | None:
        """Return what the document calls a request: of fitting paths, the one with the most literal parts."""
        if not exchange.path.startswith(f"{self._base}/"):
            return None
        segments = exchange.path.removeprefix(self._base).split("/")
        fitting = [
            (method, path)
            for method, path in self.operations
            if method == exchange.method and _fits(path.split("/"), segments)
        ]
        return min(fitting, key=lambda one: one[1].count("{"), default=None)

    def request_problems(self, exchange: Exchange) -> list[str]:
        """Say what is wrong with a request: broken rules, then what the document does not know."""
        name = self.operation_of(exchange)
        if name is None:
            return ["it is not described"]
        found = self._broken(lambda: self._api.unmarshal_request(_Asked(exchange)))
        return found or list(self._undeclared(name, exchange))

    def answer_problems(self, exchange: Exchange) -> list[str]:
        """Say what is wrong with an answer; nothing, where the request itself is not described."""
        name = self.operation_of(exchange)
        if name is None:
            return []
        found = self._broken(lambda: self._api.unmarshal_response(_Asked(exchange), _Answered(exchange)))
        return found or list(self._unknown_in_answer(name, exchange))

    def _broken(self, check: Callable[[], Any]) -> list[str]:
        try:
            result = check()
        except self._mistakes as error:
            return [repr(error)]
        return [f"{error!r} {error.__cause__!r}" for error in result.errors]

    def _undeclared(self, name: DescribedOperation, exchange: Exchange) -> Iterator[str]:
        operation = self._operation(name)
        keys = {one["name"] for one in self._parameters(name) if one["in"] == "query"}
        yield from (f"query {key}" for key, _ in exchange.query if key not in keys)
        if not exchange.body:
            return
        contents = self._book.resolved(operation.get("requestBody", {})).get("content", {})
        if "application/json" in contents:
            schema = contents["application/json"].get("schema", {})
            yield from self._book.unknown([schema], json.loads(exchange.body), "$")
        elif not contents:
            yield "a body"

    def _unknown_in_answer(self, name: DescribedOperation, exchange: Exchange) -> Iterator[str]:
        responses = self._operation(name)["responses"]
        response = self._book.resolved(responses.get(str(exchange.status), responses.get("default", {})))
        content = response.get("content", {}).get("application/json")
        if content is None:
            if exchange.answer and "text/plain" not in exchange.answer_headers.get("content-type", ""):
                yield "a body"
        elif exchange.answer:
            yield from self._book.unknown([content.get("schema", {})], json.loads(exchange.answer), "$")

    def _operation(self, name: DescribedOperation) -> Mapping[str, Any]:
        method, path = name
        operation: Mapping[str, Any] = self.document["paths"][path][method.lower()]
        return operation

    def _parameters(self, name: DescribedOperation) -> Iterator[Mapping[str, Any]]:
        of_path = self.document["paths"][name[1]].get("parameters", ())
        for one in (*of_path, *self._operation(name).get("parameters", ())):
            yield self._book.resolved(one)


class _Asked:
    """A request in the words of openapi-core."""

    def __init__(self, exchange: Exchange) -> None:
        from openapi_core.datatypes import RequestParameters
        from werkzeug.datastructures import Headers, ImmutableMultiDict

        self.parameters = RequestParameters(
            query=ImmutableMultiDict(exchange.query), header=Headers(list(exchange.headers.items()))
        )
        self.host_url = _HOST
        self.path = exchange.path
        self.method = exchange.method.lower()
        self.body = exchange.body or None
        self.content_type = next(
            (value for name, value in exchange.headers.items() if name.lower() == "content-type"), ""
        )


class _Answered:
    """An answer in the words of openapi-core."""

    def __init__(self, exchange: Exchange) -> None:
        from werkzeug.datastructures import Headers

        self.data = exchange.answer or None
        self.status_code = exchange.status
        self.content_type = exchange.answer_headers.get("content-type", "")
        self.headers = Headers(list(exchange.answer_headers.items()))


def _from_yaml(text: str) -> object:
    import yaml

    try:
        found: object = yaml.safe_load(text)
    except yaml.YAMLError as mistake:
        raise ValueError(" ".join(str(mistake).split())) from None
    return found


def _base_path(document: Mapping[str, Any]) -> str:
    servers = document.get("servers") or [{"url": "/"}]
    return urlsplit(str(servers[0].get("url", "/"))).path.rstrip("/")


def _fits(path: Sequence[str], segments: Sequence[str]) -> bool:
    return len(path) == len(segments) and all(
        one.startswith("{") or one == two for one, two in zip(path, segments, strict=True)
    )
