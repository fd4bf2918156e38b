"""The routes by which a test or a demo asks a simulator process what really happened."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping

from aiohttp import web

from invoicekit.simulate.described_engine import DescribedEngine
from invoicekit.simulate.engine import Engine
from invoicekit.simulate.exchange import encode_json

_ROWS_A_CHUNK = 500


def add_routes(application: web.Application, engine: Engine) -> None:
    """Add the control routes: never rate-limited, never faulted, not counted.

    `GET stats`, `GET ledger/{kind}` and `GET faults` as NDJSON, `POST seed` with how much of what to make up;
    with an OpenAPI document `GET differences` from it as NDJSON.
    """
    routes = _ControlRoutes(engine)
    application.router.add_get("/_simulator/stats", routes.stats)
    application.router.add_get("/_simulator/faults", routes.faults)
    application.router.add_get("/_simulator/ledger/{kind}", routes.ledger)
    application.router.add_get("/_simulator/differences", routes.differences)
    application.router.add_post("/_simulator/seed", routes.seed)
    application.router.add_route("*", "/_simulator/{path:.*}", routes.unknown)


class _ControlRoutes:
    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._simulator = engine.simulator

    async def stats(self, request: web.Request) -> web.Response:
        simulator = self._simulator
        rate = simulator.rate
        return _json(
            {
                "name": simulator.name,
                "seed": simulator.seed,
                "plan": simulator.plan.name,
                "settle_seconds": simulator.settle_seconds,
                "late_writes_waiting": len(simulator.late),
                "rate": {
                    "count": rate.count,
                    "period_seconds": rate.period_seconds,
                    "model": rate.model.value,
                },
                **simulator.tally.summary(),
            }
        )

    async def faults(self, request: web.Request) -> web.StreamResponse:
        return await _stream(request, (row.as_json() for row in self._simulator.faults))

    async def differences(self, request: web.Request) -> web.StreamResponse:
        engine = self._engine
        if not isinstance(engine, DescribedEngine):
            return _json({"message": "started without an OpenAPI document"}, status=404)
        rows = tuple(engine.differences.items())
        return await _stream(request, ({**difference.as_json(), "seen": seen} for difference, seen in rows))

    async def ledger(self, request: web.Request) -> web.StreamResponse:
        ledger = self._simulator.ledger
        kind = request.match_info["kind"]
        if kind not in ledger.kinds:
            return _json({"message": f"no ledger {kind!r}", "kinds": ledger.kinds}, status=404)
        return await _stream(request, ledger.rows(kind))

    async def seed(self, request: web.Request) -> web.Response:
        try:
            order = json.loads(await request.read())
            if not isinstance(order, dict):
                raise ValueError("the order is a JSON object")
            added = self._simulator.populate(order)
        except ValueError as failure:
            return _json({"message": str(failure)}, status=400)
        return _json(added)

    async def unknown(self, request: web.Request) -> web.Response:
        return _json({"message": "no such control route"}, status=404)


def _json(value: object, *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=encode_json(value), content_type="application/json")


async def _stream(request: web.Request, rows: Iterable[Mapping[str, object]]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    async for chunk in _chunks(rows):
        await response.write(chunk)
    await response.write_eof()
    return response


async def _chunks(rows: Iterable[Mapping[str, object]]) -> AsyncIterator[bytes]:
    lines: list[bytes] = []
    for row in rows:
        lines.append(encode_json(row))
        if len(lines) == _ROWS_A_CHUNK:
            yield b"\n".join(lines) + b"\n"
            lines.clear()
    if lines:
        yield b"\n".join(lines) + b"\n"
