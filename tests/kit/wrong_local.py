"""The local books wrong in one realistic way each, and the rule that names the fault."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch

import attrs

from invoicekit.adapter import Adapter, Done, Sender, Sighting, Write
from invoicekit.errors import InvoiceKitError, NotFound, Unavailable
from invoicekit.model import (
    Invoice,
    InvoiceQuery,
    InvoiceStatus,
    NewInvoice,
    NewPayment,
    Page,
    Payment,
)
from invoicekit.testing import Subject
from invoicekit_local import Local, LocalConfig, ledger, payments, reading
from invoicekit_local.books import Books
from invoicekit_local.store import LocalStore

WRONG_BOOKS: dict[str, tuple[type[Adapter[Any]], str]] = {}
T = TypeVar("T", bound=Adapter[Any])
R = TypeVar("R")
Work = Callable[[sqlite3.Connection], R]


def breaks(rule: str) -> Callable[[type[T]], type[T]]:
    """Say which rule must reject an adapter."""

    def note(kind: type[T]) -> type[T]:
        WRONG_BOOKS[kind.__name__] = (kind, rule)
        return kind

    return note


def subject(kind: type[Adapter[Any]]) -> Subject:
    return Subject(adapter=kind, store=LocalStore)


def kept_by(books: type[Books]) -> Callable[[Local, LocalConfig, Sender], None]:
    """Return an `__init__` of an adapter whose books are wrong."""

    def made(self: Local, config: LocalConfig, sender: Sender) -> None:
        Adapter.__init__(self, config, sender)
        self._books = books(config.file)

    return made


# --- reads ------------------------------------------------------------------------------------


@breaks("reads.whole-lists")
class FirstHundredRows(Local):
    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        page = await super().list_invoices(query, cursor)
        return Page(items=page.items[:100])


@breaks("statuses.read-back")
class StatusByPrefix(Local):
    """`un` begins unpaid words, somebody thought."""

    async def get_invoice(self, invoice_id: str) -> Invoice:
        found = await super().get_invoice(invoice_id)
        is_open = str(found.raw_status).startswith(("o", "un"))
        return attrs.evolve(found, status=InvoiceStatus.OPEN) if is_open else found


@breaks("reads.filters")
class FilterAfterThePage(Local):
    """Dates are compared with what the query was given first."""

    async def list_invoices(self, query: InvoiceQuery, cursor: str | None) -> Page[Invoice]:
        return await super().list_invoices(attrs.evolve(query, issued_to=None), cursor)


@breaks("reads.unknown-words")
class ClosedListOfWords(Local):
    async def get_invoice(self, invoice_id: str) -> Invoice:
        found = await super().get_invoice(invoice_id)
        known = {rule.raw: rule.status for rule in self.capabilities.statuses}
        return attrs.evolve(found, status=known[str(found.raw_status)])


# --- transactions -----------------------------------------------------------------------------


class _LateCommit(Books):
    async def write(self, work: Work[R]) -> R:
        found = await super().read(lambda books: _tried(books, work))
        self._late = asyncio.ensure_future(super().write(work))
        await asyncio.sleep(0)
        return found


def _tried(books: sqlite3.Connection, work: Work[R]) -> R:
    books.execute("savepoint tried")
    found = work(books)
    books.execute("rollback to tried")
    return found


@breaks("books.killed-anywhere")
class CommitsAfterAnswering(Local):
    __init__ = kept_by(_LateCommit)


@breaks("books.killed-anywhere")
class LinesInAnotherTransaction(Local):
    def create_invoice(self, new: NewInvoice) -> Write[Invoice]:
        whole = super().create_invoice(new)

        async def perform(sender: Sender) -> Done[Invoice]:
            made = (
                await super(LinesInAnotherTransaction, self)
                .create_invoice(attrs.evolve(new, line_items=()))
                .perform(sender)
            )
            invoice_id = str(made.resource_id)

            def lines(books: sqlite3.Connection) -> Invoice:
                for place, item in enumerate(new.line_items, 1):
                    minor = item.unit_price.minor
                    books.execute(
                        "insert into line values (?, ?, ?, ?, ?, ?, ?)",
                        (
                            invoice_id,
                            place,
                            item.description,
                            str(item.quantity),
                            str(item.unit_price.amount),
                            minor,
                            item.kind,
                        ),
                    )
                return ledger.read_invoice(books, invoice_id)

            value = await self._books.write(lines)
            return Done(value=value, resource_id=invoice_id, raw=value.raw)

        return attrs.evolve(whole, perform=perform)


class _Autocommit(Books):
    async def write(self, work: Work[R]) -> R:
        def each_by_itself(books: sqlite3.Connection) -> R:
            books.execute("commit")
            try:
                return work(books)
            finally:
                books.execute("begin")

        return await super().write(each_by_itself)


@breaks("books.killed-anywhere")
class EachStatementByItself(Local):
    __init__ = kept_by(_Autocommit)


class _Deaf(Books):
    async def write(self, work: Work[R]) -> R:
        return await asyncio.to_thread(self._run, work, "begin immediate")


@breaks("books.given-up")
class GoesOnWhenCancelled(Local):
    __init__ = kept_by(_Deaf)


class _Swallowing(Books):
    async def write(self, work: Work[R]) -> R:
        try:
            return await super().write(work)
        except asyncio.CancelledError:
            return await super().write(work)


@breaks("writes.cancelled-anywhere")
class SwallowsCancellation(Local):
    __init__ = kept_by(_Swallowing)


class _OwnWords(Books):
    async def write(self, work: Work[R]) -> R:
        try:
            return await super().write(work)
        except asyncio.CancelledError:
            raise Unavailable("cancelled") from None


@breaks("writes.cancelled-anywhere")
class CancellationInItsOwnWords(Local):
    __init__ = kept_by(_OwnWords)


# --- failures ---------------------------------------------------------------------------------


class _CommitIsCertain(Books):
    async def write(self, work: Work[R]) -> R:
        try:
            return await super().write(work)
        except InvoiceKitError as error:
            if "commit failed" in str(error):
                raise Unavailable("not committed; nothing was applied") from None
            raise


@breaks("errors.failing-writes")
class AFailedCommitIsNone(Local):
    __init__ = kept_by(_CommitIsCertain)


class _AnyErrorIsNotFound(Books):
    async def read(self, work: Work[R]) -> R:
        try:
            return await super().read(work)
        except Unavailable as error:
            raise NotFound(str(error)) from None


@breaks("books.unusable")
class ALockedFileIsEmpty(Local):
    __init__ = kept_by(_AnyErrorIsNotFound)


class _Impatient(Books):
    def _run(self, *args: Any) -> Any:
        with patch("invoicekit_local.books._BUSY_SECONDS", 0.0):
            return super()._run(*args)


@breaks("books.waits")
class NeverWaits(Local):
    __init__ = kept_by(_Impatient)


# --- what stands ------------------------------------------------------------------------------


def _rebuilt(path: Path, table: str, change: Mapping[str, str]) -> None:
    """Make a table otherwise, where it is still as it was made."""
    with closing(sqlite3.connect(path, isolation_level=None)) as books:
        found = books.execute("select sql from sqlite_master where name = ?", (table,)).fetchone()
        if found is None or not all(old in found[0] for old in change):
            return
        sql = found[0]
        for old, new in change.items():
            sql = sql.replace(old, new)
        books.execute(f"drop table {table}")
        books.execute(sql)


class _FloatColumn(Books):
    def _run(self, *args: Any) -> Any:
        found = super()._run(*args)
        _rebuilt(self._path, "line", {"quantity text": "quantity real"})
        return found


@breaks("books.no-float")
class FloatColumn(Local):
    __init__ = kept_by(_FloatColumn)


class _NotUnique(Books):
    def _run(self, *args: Any) -> Any:
        found = super()._run(*args)
        _rebuilt(self._path, "payment", {",\n  unique (kind, reference)": ""})
        return found


@breaks("books.two-at-once")
class NoUniqueReference(Local):
    """It looks, and then it inserts: in another transaction than it looked in."""

    __init__ = kept_by(_NotUnique)

    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        async def perform(sender: Sender) -> Done[Payment]:
            value = await self._books.write(
                lambda books: reading.payment(books, payments.record_payment(books, payment))
            )
            return Done(value=value, resource_id=value.id, raw=value.raw)

        return attrs.evolve(super().record_payment(payment), perform=perform)


@breaks("writes.once-after-a-lost-answer")
class LooksNowhere(Local):
    def record_payment(self, payment: NewPayment) -> Write[Payment]:
        async def look(sender: Sender) -> Sighting[Payment]:
            return Sighting(is_complete=False)

        return attrs.evolve(super().record_payment(payment), look=look)
