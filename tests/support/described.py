"""Hold what goes over the wire against a provider's OpenAPI document, requests and answers alike."""

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from invoicekit.simulate.description import Description, Exchange
from invoicekit.transport import AiohttpTransport, HttpResponse, Outgoing

KEPT_OUT = "Bearer kept.out.of-the-log"


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


def document_named_by(variable: str) -> Description:
    """Read the document that an environment variable names; without one the test fails, not passes."""
    if variable not in os.environ:
        pytest.fail(f"{variable} must name the OpenAPI document")
    return Description.read(Path(os.environ[variable]))


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
