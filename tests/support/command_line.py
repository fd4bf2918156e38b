"""The command line as a user meets it: a process with arguments, two streams and an exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.request import Request, urlopen

import attrs
from forked_command import ForkedCommand


@attrs.frozen(kw_only=True)
class Ended:
    """A process that ended."""

    code: int
    out: str
    err: str


class Started:
    """A process that runs until the block is left."""

    def __init__(self, process: "subprocess.Popen[str] | ForkedCommand") -> None:
        self.process = process

    def line(self) -> str:
        """Wait for the next line of its standard output."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def error_line(self) -> str:
        """Wait for the next line of its standard error."""
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert line, "the process said nothing more"
        return line.rstrip("\n")

    def end(self, number: int | None = None, *, given: str | None = None) -> Ended:
        """Send a signal, if one is named, and wait for the end."""
        if number is not None:
            self.process.send_signal(number)
        out, err = self.process.communicate(given, timeout=60)
        code = self.process.returncode
        assert code is not None
        return Ended(code=code, out=out, err=err)

    def close_input(self) -> None:
        """Close our end of its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.stdin = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.process.kill()
        self.process.__exit__(kind, error, traceback)


def _starts_otherwise(environment: Mapping[str, str]) -> bool:
    """Tell whether the interpreter itself would start in another way than ours did."""
    names = [name for name in {*environment, *os.environ} if name.startswith("PYTHON")]
    return any(environment.get(name) != os.environ.get(name) for name in names)


class CommandLine:
    """Runs `invoicekit` in one folder and one environment, with warnings as errors."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = dict(environment)

    def start(self, *arguments: object) -> Started:
        """Start a command and leave it running; forked where nothing tells it from one that is not."""
        texts = [str(each) for each in arguments]
        if not _starts_otherwise(self.environment):
            return Started(ForkedCommand(texts, self.environment, self.folder))
        process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "invoicekit", *texts],
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Started(process)

    def run(self, *arguments: object, given: str | None = None) -> Ended:
        """Run a command to its end, with text for its standard input; a traceback is never an answer."""
        with self.start(*arguments) as started:
            ended = started.end(given=given)
        assert "Traceback" not in ended.err, ended.err
        return ended


@attrs.frozen(kw_only=True)
class Simulated:
    """A simulator process that listens."""

    url: str
    settings: Mapping[str, object]
    started: Started

    @property
    def options(self) -> list[str]:
        """Return what reaches it, as `--set` options."""
        return options_of(self.settings)

    def ask(self, path: str, order: object = None) -> list[dict[str, object]]:
        """Ask a control route; the rows of its answer."""
        body = None if order is None else json.dumps(order).encode()
        with urlopen(Request(f"{self.url}/_simulator/{path}", data=body), timeout=30) as answer:  # noqa: S310
            return [json.loads(line) for line in answer.read().splitlines()]


def options_of(settings: Mapping[str, object]) -> list[str]:
    """Return settings as `--set` options."""
    return [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
