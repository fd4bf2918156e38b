"""Processes forked from one that has `invoicekit` imported already: a command's start without its imports."""

import multiprocessing
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import reduction
from pathlib import Path
from types import TracebackType
from typing import IO

_IMPORTED = [
    "invoicekit.cli.application",
    "invoicekit.simulate",
    "invoicekit_asset.simulator",
    "invoicekit_clockify.simulator",
    "invoicekit_kukkingu.simulator",
    "invoicekit_local",
]


class ForkedCommand:
    """A running `invoicekit`; what of `subprocess.Popen` the tests use, with text streams."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(_IMPORTED)
        theirs_in, ours_in = os.pipe()
        ours_out, theirs_out = os.pipe()
        ours_err, theirs_err = os.pipe()
        given = [reduction.DupFd(each) for each in (theirs_in, theirs_out, theirs_err)]
        self._process = context.Process(
            target=_play, args=(list(arguments), dict(environment), str(folder), given), daemon=True
        )
        try:
            self._process.start()
        finally:
            for each in (theirs_in, theirs_out, theirs_err):
                os.close(each)
        self.stdin: IO[str] | None = os.fdopen(ours_in, "w")
        self.stdout: IO[str] | None = os.fdopen(ours_out)
        self.stderr: IO[str] | None = os.fdopen(ours_err)

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        if self._process.is_alive() and self._process.pid is not None:
            os.kill(self._process.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def communicate(self, given: str | None = None, timeout: float | None = None) -> tuple[str, str]:
        """Write what is given, read both streams to their ends, and wait for the end."""
        said: dict[str, str] = {}
        assert self.stdout is not None
        assert self.stderr is not None
        readers = [_reading(name, stream, said) for name, stream in (("o", self.stdout), ("e", self.stderr))]
        if self.stdin is not None:
            _give(self.stdin, given or "")
            self.stdin = None
        for reader in readers:
            reader.join(timeout)
        self._process.join(timeout)
        assert self.returncode is not None, "the command did not end in time"
        return said["o"], said["e"]

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.stdin is not None:
            _give(self.stdin, "")
        self._process.join()
        for stream in (self.stdout, self.stderr):
            if stream is not None:
                stream.close()
        self._process.close()


def _reading(name: str, stream: IO[str], said: dict[str, str]) -> threading.Thread:
    def read() -> None:
        said[name] = stream.read()

    reader = threading.Thread(target=read)
    reader.start()
    return reader


def _give(stream: IO[str], text: str) -> None:
    try:
        with stream:
            stream.write(text)
    except BrokenPipeError:
        return  # it ended without reading


def _play(
    arguments: list[str], environment: dict[str, str], folder: str, given: list[Callable[[], int]]
) -> None:
    """Become `python -W error -m invoicekit` in that folder and environment."""
    for number, one in enumerate(given):
        descriptor = one.detach()  # type: ignore[attr-defined]  # not in typeshed
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv = ["invoicekit", *arguments]
    sys.warnoptions[:] = ["error"]
    warnings.simplefilter("error")

    from invoicekit.cli import main

    main()
