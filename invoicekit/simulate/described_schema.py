"""Walk an OpenAPI document: its references, its parameters, and the members its schemas know."""

import copy
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

METHODS = frozenset({"get", "post", "put", "patch", "delete"})
FORM = "application/x-www-form-urlencoded"


class SchemaBook:
    """One document's schemas, by reference."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def check_references(self) -> None:
        """Follow every reference of the document once.

        Raises:
            ValueError: One leads out of the document, or nowhere.
        """
        parts: list[Any] = [self._document]
        while parts:
            part = parts.pop()
            if isinstance(part, Mapping):
                if isinstance(part.get("$ref"), str):
                    self.resolved(part)
                parts += part.values()
            elif isinstance(part, list):
                parts += part

    def resolved(self, part: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow references until something stands there."""
        while "$ref" in part:
            part = self._at(str(part["$ref"]))
        return part

    def unknown(self, schemas: Iterable[Mapping[str, Any]], value: Any, at: str) -> Iterator[str]:
        """Name the members that none of the schemas knows."""
        known = list(self._branches(schemas))
        if isinstance(value, list):
            inner = [one["items"] for one in known if "items" in one]
            for item in value:
                yield from self.unknown(inner, item, f"{at}[]")
        elif isinstance(value, dict):
            if not any("properties" in one for one in known):
                return  # a free mapping, or nothing is said of it
            for name, member in value.items():
                inner = [one["properties"][name] for one in known if name in one.get("properties", {})]
                if inner:
                    yield from self.unknown(inner, member, f"{at}.{name}")
                elif not any(one.get("additionalProperties") for one in known):
                    yield f"{at}.{name}"

    def _at(self, reference: str) -> Mapping[str, Any]:
        if not reference.startswith("#/"):
            raise ValueError(f"{reference!r} leads out of the document: bundle it into one file")
        found: Any = self._document
        for name in reference.removeprefix("#/").split("/"):
            try:
                found = found[name.replace("~1", "/").replace("~0", "~")]
            except (KeyError, TypeError):
                raise ValueError(f"{reference!r} leads nowhere") from None
        if not isinstance(found, Mapping):
            raise ValueError(f"{reference!r} is no object")
        return found

    def _branches(self, schemas: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        for schema in schemas:
            resolved = self.resolved(schema)
            yield resolved
            for word in ("allOf", "anyOf", "oneOf"):
                yield from self._branches(resolved.get(word, ()))


def checkable(document: Mapping[str, Any], *, server: str) -> dict[str, Any]:
    """Return a copy that openapi-core can check: one server, no security, no null where none can stand.

    Whether a request is signed is for the simulator to judge, which knows the provider's keys.
    """
    copied: dict[str, Any] = copy.deepcopy(dict(document))
    copied["security"] = []
    copied["servers"] = [{"url": server}]
    for item in copied["paths"].values():
        for method in METHODS & set(item):
            item[method].pop("security", None)
    for schema in (*_parameter_schemas(copied), *_form_schemas(copied)):
        # What stands in a query or a form is there or not, and never null; openapi-core stumbles there.
        if isinstance(schema.get("type"), list):
            schema["type"] = next(kind for kind in schema["type"] if kind != "null")
    return copied


def _parameter_schemas(document: Any) -> Iterator[dict[str, Any]]:
    parts = [{"parameters": document.get("components", {}).get("parameters", {}).values()}]
    for item in document["paths"].values():
        parts += (item, *(item[method] for method in METHODS & set(item)))
    for part in parts:
        yield from (one["schema"] for one in part.get("parameters", ()) if "schema" in one)


def _form_schemas(document: Any) -> Iterator[Any]:
    book = SchemaBook(document)
    for item in document["paths"].values():
        for method in METHODS & set(item):
            body = book.resolved(item[method].get("requestBody", {}))
            form = body.get("content", {}).get(FORM)
            if form is not None:
                yield from book.resolved(form.get("schema", {})).get("properties", {}).values()
