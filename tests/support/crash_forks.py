"""A process that has imported everything and forks others: a program, run by `crash_lives`.

It has no event loop and one thread. Orders come as lines of JSON on stdin, each for one new process; what the
processes say, and how they ended, goes as lines of JSON to stdout. When stdin ends it kills what still runs.
"""

import gc
import json
import os
import select
import signal
import sys
import traceback
from collections.abc import Mapping
from functools import partial
from typing import Any

from crash_child import PROGRAMS, rehearsed

from invoicekit.registry import Registry

Order = Mapping[str, Any]


def say(name: str, line: Mapping[str, object]) -> None:
    """Write one line at once and in one piece, for others write to the same pipe."""
    data = json.dumps({"name": name, **line}).encode() + b"\n"
    if len(data) > select.PIPE_BUF:
        raise AssertionError("too long to be written in one piece")
    os.write(1, data)


class Forks:
    """Everything that was forked and has not ended."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._names: dict[int, str] = {}
        self._wake, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        """Fork as ordered until stdin ends."""
        received = b""
        while True:
            ready, _, _ = select.select([0, self._wake], [], [])
            if self._wake in ready:
                os.read(self._wake, 4096)
                self._bury()
            if 0 not in ready:
                continue
            data = os.read(0, 65_536)
            if not data:
                break
            *lines, received = (received + data).split(b"\n")
            for line in lines:
                self._fork(json.loads(line))
        for process in self._names:
            os.kill(process, signal.SIGKILL)

    def _fork(self, order: Order) -> None:
        process = os.fork()
        if process == 0:
            _live(order, self._registry)
        self._names[process] = order["name"]
        say(order["name"], {"process": process})

    def _bury(self) -> None:
        while self._names:
            process, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
            if process == 0:
                return
            if os.WIFSTOPPED(status):
                say(self._names[process], {"frozen": True})
            else:
                say(self._names.pop(process), {"ended": os.waitstatus_to_exitcode(status)})


def _live(order: Order, registry: Registry) -> None:
    """Be the new process, to its end."""
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(0)
        PROGRAMS[order["program"]](order, partial(say, order["name"]), registry)
        code = 0
    except BaseException:  # noqa: BLE001 - whatever it was, the parent is to read it
        say(order["name"], {"broke": traceback.format_exc()[-3000:]})
    finally:
        os._exit(code)


def main() -> None:
    """Serve."""
    registry = rehearsed()
    gc.collect()
    gc.freeze()  # the forks share these pages as long as nobody touches them
    os.write(1, b'{"name": "", "ready": true}\n')
    Forks(registry).serve()
    sys.exit()


if __name__ == "__main__":
    main()
