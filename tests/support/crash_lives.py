"""Start processes from a fork server, hear what they say, and see how they end."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import attrs

_PROGRAM = Path(__file__).with_name("crash_forks.py")
_PATIENCE_SECONDS = 60.0


@attrs.define(eq=False)
class Life:
    """One process, from its order to its end.

    Attributes:
        process: Its id, once it was forked.
        code: How it ended; minus the signal's number where one ended it.
    """

    name: str
    process: int | None = None
    code: int | None = None
    _lines: list[Mapping[str, Any]] = attrs.field(factory=list)
    _news: asyncio.Event = attrs.field(factory=asyncio.Event)

    def hear(self, line: Mapping[str, Any]) -> None:
        """Take in one line."""
        if "process" in line:
            self.process = line["process"]
        elif "ended" in line:
            self.code = line["ended"]
        else:
            self._lines.append(line)
        self._news.set()

    def said(self, word: str) -> list[Any]:
        """Return everything said so far under a word."""
        return [line[word] for line in self._lines if word in line]

    async def says(self, word: str, count: int = 1) -> Any:
        """Wait until it has said something under a word so often, and return the last of it."""
        await self._until(lambda: len(self.said(word)) >= count, f"never said {word!r}")
        return self.said(word)[count - 1]

    async def says_or_ends(self, word: str, count: int = 1) -> None:
        """Wait until it has said something under a word so often, or has ended."""
        await self._until(
            lambda: self.code is not None or len(self.said(word)) >= count, f"never said {word!r}"
        )

    async def ended(self) -> int:
        """Wait for its end and return its code."""
        await self._until(lambda: self.code is not None, "did not end")
        if self.said("broke"):
            raise AssertionError(f"{self.name} broke:\n{self.said('broke')[0]}")
        assert self.code is not None
        return self.code

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; one that has just ended does not mind."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.kill(self.process, number)

    async def dies(self) -> None:
        """Wait for its end, however it ends."""
        await self._until(lambda: self.code is not None, "did not die")

    async def _until(self, is_so: Callable[[], bool], otherwise: str) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while not is_so():
                    if self.code is not None:
                        ended = f"{self.name} ended with {self.code} and {otherwise}"
                        raise AssertionError(f"{ended}: {self._lines}")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name} {otherwise}: {self._lines}") from None


class Nursery:
    """The fork server's other end."""

    def __init__(self) -> None:
        self._server = subprocess.Popen(
            [sys.executable, str(_PROGRAM)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._server.stdout is not None
        ready = self._server.stdout.readline()
        assert b"ready" in ready, ready
        os.set_blocking(self._server.stdout.fileno(), False)
        self._lives: dict[str, Life] = {}
        self._heard = b""
        self._count = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Nursery"]:
        """Hear the processes while the block runs; what still runs at its end is killed."""
        assert self._server.stdout is not None
        loop, pipe = asyncio.get_running_loop(), self._server.stdout.fileno()
        loop.add_reader(pipe, self._hear)
        try:
            yield self
        finally:
            for life in self._lives.values():
                if life.code is None and life.process is not None:
                    life.signal(signal.SIGKILL)
                    await life.dies()
            loop.remove_reader(pipe)
            self._lives.clear()

    def start(self, program: str, **order: object) -> Life:
        """Fork a process for an order."""
        self._count += 1
        life = Life(f"{program} {self._count}")
        self._lives[life.name] = life
        assert self._server.stdin is not None
        self._server.stdin.write(
            json.dumps({"name": life.name, "program": program, **order}).encode() + b"\n"
        )
        self._server.stdin.flush()
        return life

    def close(self) -> None:
        """End the server."""
        self._server.communicate()

    def _hear(self) -> None:
        assert self._server.stdout is not None
        data = os.read(self._server.stdout.fileno(), 65_536)
        if not data:
            raise AssertionError("the fork server ended")
        *lines, self._heard = (self._heard + data).split(b"\n")
        for line in lines:
            said = json.loads(line)
            life = self._lives.get(said.pop("name"))
            if life is not None:
                life.hear(said)
