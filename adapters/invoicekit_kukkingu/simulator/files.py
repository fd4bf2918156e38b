"""The host that hands files out by temporary address: another origin, which must never see credentials."""

import random
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar

import attrs

from invoicekit.clock import Clock
from invoicekit.simulate import Answer, Call, FaultPlan, Ledger, Rate, Route, Simulator

PATH = "/files/{key}"
CREDENTIALS = ("Authorization", "tenant-id", "Cookie")


@attrs.frozen(kw_only=True)
class StoredFile:
    """One file that can be had for a while."""

    name: str
    content: bytes
    ends: datetime


@attrs.frozen(kw_only=True)
class Leak:
    """A request that carried what belongs to the API alone."""

    path: str
    headers: tuple[str, ...]


class FileShelf:
    """Files by unguessable key, and every leak that was seen."""

    def __init__(self, clock: Clock, *, seed: int) -> None:
        self._clock = clock
        self._draw = random.Random(f"files:{seed}")  # noqa: S311
        self._files: dict[str, StoredFile] = {}
        self.leaks: list[Leak] = []
        self.downloads = 0

    def put(self, file: StoredFile) -> str:
        """Keep a file and return its key."""
        key = f"{self._draw.getrandbits(128):032x}"
        self._files[key] = file
        return key

    def route(self) -> Route:
        """Return the one route there is."""
        return Route(
            operation="download_file", method="GET", path=PATH, answer=self._hand_out, is_write=False
        )

    def _hand_out(self, call: Call) -> Answer:
        sent = tuple(name for name in CREDENTIALS if name in call.headers)
        if sent:
            self.leaks.append(Leak(path=call.path, headers=sent))
            return _xml(400, "InvalidArgument", "Only one auth mechanism allowed")
        file = self._files.get(call.params["key"])
        if file is None or file.ends <= self._clock.now():
            return _xml(403, "AccessDenied", "Request has expired")
        self.downloads += 1
        return Answer(
            body=file.content,
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
        )


def _xml(status: int, code: str, message: str) -> Answer:
    text = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    return Answer(status=status, body=text.encode(), content_type="application/xml")


class _NoLedger(Ledger):
    @property
    def kinds(self) -> tuple[str, ...]:
        return ()

    def rows(self, kind: str) -> Iterator[Mapping[str, object]]:
        raise KeyError(kind)


class KukkinguFiles(Simulator):
    """The file host as a server of its own, on a second port.

    Give its URL to `KukkinguSimulator.files_origin`; without one the files come from the API's own port,
    under another name of this machine.
    """

    name: ClassVar[str] = "kukkingu-files"
    credential_headers: ClassVar[tuple[str, ...]] = CREDENTIALS

    def __init__(
        self, shelf: FileShelf, *, faults: FaultPlan | None = None, clock: Clock | None = None
    ) -> None:
        super().__init__(faults=faults, rate=Rate.parse("none"), clock=clock)
        self.shelf = shelf
        self._ledger = _NoLedger()

    @property
    def ledger(self) -> Ledger:
        """Return nothing: files are no ledger's matter."""
        return self._ledger

    def routes(self) -> Iterable[Route]:
        """Return the one route."""
        yield self.shelf.route()

    def populate(self, order: Mapping[str, object]) -> Mapping[str, int]:
        """Refuse: files come from invoices alone."""
        raise ValueError("files cannot be made up")

    def rate_key(self, call: Call) -> str:
        """Let everybody in who has the address."""
        return "files"
