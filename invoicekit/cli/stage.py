"""A simulator as a process of its own, and what may be asked of it behind the provider's back."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import attrs

from invoicekit.errors import InvoiceKitError

_START_SECONDS = 30.0
_END_SECONDS = 10.0
_ANSWER_SECONDS = 120.0


class StageFailed(InvoiceKitError):
    """The simulator process did not start, or does not answer."""


@attrs.frozen(kw_only=True)
class Stage:
    """A running simulator; its control routes cost nothing of the rate and meet no fault.

    Attributes:
        url: Without a path.
        settings: What reaches it, as the simulator itself says.
    """

    url: str
    settings: Mapping[str, str | float]

    def seed(self, order: Mapping[str, object]) -> None:
        """Let it make data up."""
        for _ in self._rows("POST", "seed", json.dumps(order).encode()):
            pass

    def stats(self) -> Mapping[str, object]:
        """Return its counts of requests, answers and faults."""
        (stats,) = self._rows("GET", "stats")
        return stats

    def ledger(self, kind: str) -> Iterator[Mapping[str, object]]:
        """Stream what really stands there."""
        return self._rows("GET", f"ledger/{kind}")

    def ledger_kinds(self) -> tuple[str, ...]:
        """Return what kinds of rows its ledger has."""
        (told,) = self._rows("GET", "ledger/-", expected=404)
        kinds = told["kinds"]
        return tuple(map(str, kinds)) if isinstance(kinds, list) else ()

    def write_faults(self) -> Iterator[Mapping[str, object]]:
        """Stream the faults that struck a write."""
        return (row for row in self._rows("GET", "faults") if row["is_write"])

    def _rows(
        self, method: str, route: str, body: bytes | None = None, *, expected: int = 200
    ) -> Iterator[Mapping[str, object]]:
        # Not through the library's own transport: what checks it must not share its faults.
        connection = HTTPConnection(urlsplit(self.url).netloc, timeout=_ANSWER_SECONDS)
        try:
            connection.request(method, f"/_simulator/{route}", body)
            answer = connection.getresponse()
            if answer.status != expected:
                raise StageFailed(f"the simulator answered {answer.status} to {route}")
            for line in answer:
                yield json.loads(line)
        except (OSError, HTTPException) as failure:
            raise StageFailed(f"the simulator does not answer {route}: {failure}") from None
        finally:
            connection.close()


@asynccontextmanager
async def staged(provider: str, *options: str) -> AsyncIterator[Stage]:
    """Start `invoicekit simulate` on a free port of this machine, and end it with the block.

    Raises:
        StageFailed: It did not start.
    """
    command = ("-m", "invoicekit", "simulate", provider, "--json", "--ends-with-input", *options)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        # A group of its own: Ctrl-C is ours to handle, and the simulator must outlive the job.
        start_new_session=True,
    )
    try:
        yield await _ready(process)
    finally:
        await _end(process)


async def _ready(process: asyncio.subprocess.Process) -> Stage:
    assert process.stdout is not None  # noqa: S101 -- a pipe was asked for
    try:
        async with asyncio.timeout(_START_SECONDS):
            line = await process.stdout.readline()
    except TimeoutError:
        raise StageFailed(f"the simulator did not start within {_START_SECONDS:.0f} s") from None
    if not line:
        raise StageFailed("the simulator ended before it listened")
    ready = json.loads(line)
    return Stage(url=ready["url"], settings=ready["settings"])


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
