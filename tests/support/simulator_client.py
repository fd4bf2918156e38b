"""A bare HTTP client for tests of simulators: it retries nothing and believes nothing."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import attrs

from invoicekit.simulate import Engine, RunningSimulator, Simulator, serving


@attrs.frozen(kw_only=True)
class Reply:
    """One answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Parse the body; tests index into it freely, hence Any."""
        return json.loads(self.body)

    def lines(self) -> list[Any]:
        """Parse a body of NDJSON."""
        return [json.loads(line) for line in self.body.splitlines()]


class Wire:
    """Sends one request at a time to a running simulator."""

    def __init__(self, running: RunningSimulator, session: aiohttp.ClientSession) -> None:
        self.running = running
        self.session = session

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str] | list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send and read the whole answer; a JSON body unless bytes are given."""
        sent: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        if body is None:
            sent = {}
        async with self.session.request(
            method,
            self.running.url + path,
            params=query,
            headers=headers,
            allow_redirects=False,
            **sent,
        ) as answer:
            return Reply(status=answer.status, headers=answer.headers, body=await answer.read())

    async def stats(self) -> Any:
        """Return the simulator's own counts."""
        return (await self.send("GET", "/_simulator/stats")).json()


@asynccontextmanager
async def connected(
    simulator: Simulator | Engine, headers: Mapping[str, str] | None = None
) -> AsyncIterator[Wire]:
    """Serve a simulator and connect to it."""
    async with serving(simulator) as running, aiohttp.ClientSession(headers=headers) as session:
        yield Wire(running, session)
