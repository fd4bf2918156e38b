"""Hold what goes over the wire against a provider's OpenAPI document, requests and answers alike."""

import copy
import importlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import attrs
import pytest

from invoicekit.transport import AiohttpTransport, HttpResponse, Outgoing

METHODS = frozenset({"get", "post", "put", "patch", "delete"})
FORM = "application/x-www-form-urlencoded"
KEPT_OUT = "Bearer kept.out.of-the-log"
Operation = tuple[str, str]
"""The verb in upper case, and the path as the document writes it."""


@attrs.frozen(kw_only=True)
class Exchange:
    """One request and its answer, as they were on the wire; the token aside."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: Mapping[str, str]
    body: bytes | None
    status: int
    answer_headers: Mapping[str, str]
    answer: bytes


class Recorder:
    """A transport that remembers every exchange."""

    def __init__(self) -> None:
        self._carrier = AiohttpTransport()
        self.exchanges: list[Exchange] = []

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        """Send and remember."""
        response = await self._carrier.exchange(outgoing)
        parts = urlsplit(outgoing.url)
        self.exchanges.append(
            Exchange(
                method=outgoing.method,
                path=parts.path,
                query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
                headers={
                    name: KEPT_OUT if name.lower() == "authorization" else value
                    for name, value in outgoing.headers.items()
                },
                body=outgoing.body,
                status=response.status,
                answer_headers=response.headers,
                answer=response.body,
            )
        )
        return response

    def stream(self, outgoing: Outgoing) -> AbstractAsyncContextManager[Any]:
        """Stream: a file is in no description."""
        return self._carrier.stream(outgoing)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._carrier.aclose()


class _Asked:
    """A request in the words of openapi-core."""

    def __init__(self, exchange: Exchange, server: str) -> None:
        core = importlib.import_module("openapi_core.datatypes")
        multidict = importlib.import_module("werkzeug.datastructures")
        self.parameters = core.RequestParameters(
            query=multidict.ImmutableMultiDict(exchange.query),
            header=multidict.Headers(list(exchange.headers.items())),
        )
        self.host_url = server
        self.path = exchange.path
        self.method = exchange.method.lower()
        self.body = exchange.body or None
        self.content_type = next(
            (value for name, value in exchange.headers.items() if name.lower() == "content-type"), ""
        )


class _Answered:
    """An answer in the words of openapi-core."""

    def __init__(self, exchange: Exchange) -> None:
        multidict = importlib.import_module("werkzeug.datastructures")
        self.data = exchange.answer or None
        self.status_code = exchange.status
        self.content_type = exchange.answer_headers.get("content-type", "")
        self.headers = multidict.Headers(list(exchange.answer_headers.items()))


class Description:
    """One provider's document.

    Attributes:
        document: As written.
        operations: Everything it describes.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        checkable = copy.deepcopy(document)
        # Schemes that openapi-core cannot check are none of its business; the test looks at the headers.
        checkable["security"] = []
        # What stands in a query or a form is there or not, and never null; openapi-core stumbles there.
        for schema in (*_parameter_schemas(checkable), *_form_schemas(checkable)):
            if isinstance(schema.get("type"), list):
                schema["type"] = next(kind for kind in schema["type"] if kind != "null")
        self._api = importlib.import_module("openapi_core").OpenAPI.from_dict(checkable)
        self._server = str(document["servers"][0]["url"])
        self.operations: frozenset[Operation] = frozenset(
            (method.upper(), path)
            for path, item in document["paths"].items()
            for method in item
            if method in METHODS
        )

    @classmethod
    def named_by(cls, variable: str) -> "Description":
        """Read the document that an environment variable names; without one the test fails, not passes."""
        if variable not in os.environ:
            pytest.fail(f"{variable} must name the OpenAPI document")
        text = Path(os.environ[variable]).read_text()
        found = importlib.import_module("yaml").safe_load(text)
        assert isinstance(found, dict)
        return cls(found)

    def operation_of(self, exchange: Exchange) -> Operation | None:
        """Return what the document calls a request: of fitting paths, the one with the most literal parts."""
        segments = exchange.path.split("/")
        fitting = [
            (method, path)
            for method, path in self.operations
            if method == exchange.method and _fits(path.split("/"), segments)
        ]
        return min(fitting, key=lambda one: one[1].count("{"), default=None)

    def request_problems(self, exchange: Exchange) -> list[str]:
        """Say what is wrong with a request: broken rules, then what the document does not know."""
        found = self._broken(lambda: self._api.unmarshal_request(_Asked(exchange, self._server)))
        return found or list(self._undeclared(exchange))

    def answer_problems(self, exchange: Exchange) -> list[str]:
        """Say what is wrong with an answer."""
        asked, answered = _Asked(exchange, self._server), _Answered(exchange)
        found = self._broken(lambda: self._api.unmarshal_response(asked, answered))
        return found or list(self._unknown_in_answer(exchange))

    @staticmethod
    def _broken(check: Callable[[], Any]) -> list[str]:
        try:
            result = check()
        except Exception as error:  # noqa: BLE001 - whatever the validator says is a finding
            return [repr(error)]
        return [f"{error!r} {error.__cause__!r}" for error in result.errors]

    def _undeclared(self, exchange: Exchange) -> Iterator[str]:
        operation = self._operation(exchange)
        keys = {one["name"] for one in self._parameters(exchange) if one["in"] == "query"}
        yield from (f"query {key}" for key, _ in exchange.query if key not in keys)
        if not exchange.body:
            return
        contents = self._resolved(operation.get("requestBody", {})).get("content", {})
        if "application/json" in contents:
            schema = contents["application/json"]["schema"]
            yield from self._unknown([schema], json.loads(exchange.body), "$")
        elif not contents:
            yield "a body"

    def _unknown_in_answer(self, exchange: Exchange) -> Iterator[str]:
        responses = self._operation(exchange)["responses"]
        response = self._resolved(responses.get(str(exchange.status), responses.get("default", {})))
        content = response.get("content", {}).get("application/json")
        if content is None:
            if exchange.answer and "text/plain" not in exchange.answer_headers.get("content-type", ""):
                yield "a body"
        elif exchange.answer:
            yield from self._unknown([content.get("schema", {})], json.loads(exchange.answer), "$")

    def _operation(self, exchange: Exchange) -> Mapping[str, Any]:
        found = self.operation_of(exchange)
        assert found is not None
        operation: Mapping[str, Any] = self.document["paths"][found[1]][found[0].lower()]
        return operation

    def _parameters(self, exchange: Exchange) -> Iterator[Mapping[str, Any]]:
        found = self.operation_of(exchange)
        assert found is not None
        item = self.document["paths"][found[1]]
        for one in (*item.get("parameters", ()), *item[found[0].lower()].get("parameters", ())):
            yield self._resolved(one)

    def _resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in part:
            found: Any = self.document
            for name in part["$ref"].removeprefix("#/").split("/"):
                found = found[name]
            part = found
        return part

    def _unknown(self, schemas: Iterable[Mapping[str, Any]], value: Any, at: str) -> Iterator[str]:
        """Name the members that none of the schemas knows."""
        known = list(self._branches(schemas))
        if isinstance(value, list):
            inner = [one["items"] for one in known if "items" in one]
            for item in value:
                yield from self._unknown(inner, item, f"{at}[]")
        elif isinstance(value, dict):
            if not any("properties" in one for one in known):
                return  # a free mapping, or nothing is said of it
            for name, member in value.items():
                inner = [one["properties"][name] for one in known if name in one.get("properties", {})]
                if inner:
                    yield from self._unknown(inner, member, f"{at}.{name}")
                elif not any(one.get("additionalProperties") for one in known):
                    yield f"{at}.{name}"

    def _branches(self, schemas: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for schema in schemas:
            resolved = self._resolved(schema)
            yield resolved
            for word in ("allOf", "anyOf", "oneOf"):
                yield from self._branches(resolved.get(word, ()))


def _parameter_schemas(document: Any) -> Iterator[dict[str, Any]]:
    """Give the schema of every parameter of a document, wherever it stands."""
    parts = [{"parameters": document.get("components", {}).get("parameters", {}).values()}]
    for item in document["paths"].values():
        parts += (item, *(item[method] for method in METHODS & set(item)))
    for part in parts:
        yield from (one["schema"] for one in part.get("parameters", ()) if "schema" in one)


def _form_schemas(document: Any) -> Iterator[dict[str, Any]]:
    """Give the schema of every field of a form, of those forms that have a name."""
    for item in document["paths"].values():
        for method in METHODS & set(item):
            form = item[method].get("requestBody", {}).get("content", {}).get(FORM)
            if form is not None:
                name = form["schema"]["$ref"].rpartition("/")[2]
                yield from document["components"]["schemas"][name]["properties"].values()


def _fits(path: Sequence[str], segments: Sequence[str]) -> bool:
    return len(path) == len(segments) and all(
        one.startswith("{") or one == two for one, two in zip(path, segments, strict=True)
    )


def found_problems(
    description: Description, exchanges: Iterable[Exchange], check: Callable[[Exchange], Sequence[str]]
) -> set[str]:
    """Return what is wrong with the exchanges."""
    found = set()
    for exchange in exchanges:
        operation = description.operation_of(exchange)
        name = "nowhere" if operation is None else " ".join(operation)
        problems = ["it is not described"] if operation is None else check(exchange)
        found |= {f"{name} {exchange.status}: {problem}" for problem in problems}
    return found


def unknown_problems(found: Iterable[str], known: Iterable[str]) -> set[str]:
    """Return what differs otherwise than it is known to: a finding holds the known part."""
    return {one for one in found if not any(part in one for part in known)}
