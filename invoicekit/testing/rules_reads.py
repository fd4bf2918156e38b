"""Bronze: reads are whole and exact, whatever the provider adds one day."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import attrs

from invoicekit.errors import (
    InvoiceKitError,
    MalformedResponse,
    PaginationIncomplete,
    PaginationLoop,
)
from invoicekit.model import Invoice, InvoiceQuery, PaymentStatus
from invoicekit.testing.bench import Bench
from invoicekit.testing.calls import READS, Hand
from invoicekit.testing.foreign import ended
from invoicekit.testing.in_process import InProcessTransport
from invoicekit.testing.rewriting import Rewriting
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial, told
from invoicekit.transport import HttpResponse, Outgoing

_LISTS = {"list_invoices": ("invoices", "invoices"), "list_customers": ("clients", "customers")}
_MOST_REQUESTS = 300
_NEW_WORD = "BRAND_NEW_WORD"
_LONGEST_CURSOR = 20_000
_HOSTILE_CURSORS = (
    "\n",
    "a\x00b",
    " ",
    "0",
    "-1",
    "²",
    "1e3",
    "../x",
    "a&page=2",
    "x" * (_LONGEST_CURSOR + 1),
)


class _Same(InProcessTransport):
    """Answers every further page of a list as the first one was answered."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.simulator, clock=bench.clock)
        self.count = 0
        self._first: dict[tuple[str, str], HttpResponse] = {}

    async def exchange(self, outgoing: Outgoing) -> HttpResponse:
        """Repeat the first answer of each path."""
        self.count += 1
        if self.count > _MOST_REQUESTS:
            raise Finding(f"a list whose pages repeat was asked for {_MOST_REQUESTS} times and more")
        key = (outgoing.method, outgoing.url.partition("?")[0])
        if key not in self._first:
            self._first[key] = await super().exchange(outgoing)
        return self._first[key]


def _with_more(document: Any) -> Any:
    if isinstance(document, dict):
        return {
            **{name: _with_more(value) for name, value in document.items()},
            "brandNewField": {"a": [1, None]},
        }
    return [_with_more(one) for one in document] if isinstance(document, list) else document


def _always(document: Any) -> Callable[[Any], Any]:
    return lambda _: document


def _values(found: object) -> Iterator[object]:
    """Yield every value in what a read returned, raw documents apart."""
    yield found
    if isinstance(found, tuple | list | frozenset):
        for one in found:
            yield from _values(one)
    elif attrs.has(type(found)):
        for name in getattr(type(found), "__annotations__", {}):
            if name not in {"raw", "headers"}:
                yield from _values(getattr(found, name))


async def _unknown_fields(trial: Trial) -> None:
    bench = trial.served("no answer that could have a field more")
    async with bench.process() as plain:
        hand = Hand(bench, plain)
        for method in trial.offered(*READS):
            call = await hand.ready(method)
            expected = await call(plain)
            async with bench.process(transport=Rewriting(bench, _with_more)) as other:
                try:
                    found = await call(other)
                except InvoiceKitError as error:
                    raise Finding(f"{method} fails when the answer has a field more: {error}") from error
                if found != expected:
                    raise Finding(f"{method} reads otherwise when the answer has a field more")


async def _unknown_words(trial: Trial) -> None:
    trial.offered("get_invoice")
    bench = trial.bench()
    async with bench.process() as plain:
        invoice = await Hand(bench, plain).draft()
        known = await plain.get_invoice(invoice.id)
        if known.raw_status is None or known.is_status_derived:
            raise NotApplicable("its invoices carry no status word")

        async with bench.reworded(invoice.id, known.raw_status, _NEW_WORD) as other:
            try:
                found = await other.get_invoice(invoice.id)
            except InvoiceKitError as error:
                raise Finding(f"get_invoice fails on a status word of tomorrow: {error}") from error
        if found.raw_status != _NEW_WORD:
            raise Finding(
                f"the provider's word {_NEW_WORD!r} reads as {found.raw_status!r}: raw_status keeps it"
            )
        if found.status.value != "unknown":
            raise Finding(f"a word nobody knows reads as {found.status.value!r}; only UNKNOWN is honest")
        by_amounts = {known.payment_status, PaymentStatus.UNPAID, PaymentStatus.UNKNOWN}
        if found.payment_status not in by_amounts:
            raise Finding(
                f"an unpaid invoice under a word nobody knows reads as {found.payment_status.value}: "
                "what the amounts do not show is UNKNOWN"
            )


async def _no_float(trial: Trial) -> None:
    bench = trial.bench()
    async with bench.process() as service:
        hand = Hand(bench, service)
        for method in trial.offered(*READS):
            found = await (await hand.ready(method))(service)
            if any(isinstance(value, float) for value in _values(found)):
                raise Finding(f"{method} returns a float; money and quantities are Decimal")


async def _whole_lists(trial: Trial) -> None:
    bench = trial.bench()
    limits = trial.subject.adapter.capabilities.limits
    size = limits.page_size if limits is not None and limits.page_size else 30
    async with bench.process() as service:
        for method in trial.offered(*_LISTS):
            order, kind = _LISTS[method]
            await Hand(bench, service).draft()
            bench.populate({order: 2 * size + 1})
            expected = {str(row["id"]) for row in bench.rows(kind)} or {
                str(row["id"]) for row in bench.rows(order)
            }
            found = [one.id for one in await getattr(service, method)().snapshot()]
            if len(found) != len(set(found)):
                raise Finding(f"{method} gives rows twice")
            if missing := expected - set(found):
                raise Finding(
                    f"{method} gives {len(found)} of {len(expected)} rows: {len(missing)} are missing",
                    sent=told(bench.requests()),
                )


async def _repeating_pages(trial: Trial) -> None:
    bench = trial.served("no server that could repeat a page")
    limits = trial.subject.adapter.capabilities.limits
    if limits is None or limits.page_size is None:
        raise NotApplicable("its lists have no pages")
    async with bench.process() as plain:
        trial.offered("list_invoices")
        await Hand(bench, plain).draft()
        bench.simulator.populate({"invoices": 2 * limits.page_size + 1})
    transport = _Same(bench)
    async with bench.process(transport=transport) as service:
        try:
            found = await service.list_invoices().snapshot()
        except (PaginationLoop, PaginationIncomplete):
            return
        except MalformedResponse:
            return  # an end that cannot be: said, not hidden
    raise Finding(f"a list whose pages repeat for ever ended with {len(found)} rows and no error")


async def _garbage(trial: Trial) -> None:
    bench = trial.served("no answer that could be of another shape")
    async with bench.process() as plain:
        hand = Hand(bench, plain)
        for method in trial.offered(*READS):
            call = await hand.ready(method)
            for wrong in ([], "text", {"data": 7}, {"data": [7]}, [7]):
                async with bench.process(transport=Rewriting(bench, _always(wrong))) as other:
                    end = await ended(call(other))
                if end.error is not None and not isinstance(end.error, InvoiceKitError):
                    raise Finding(
                        f"{method} raises {type(end.error).__name__} on an answer of another shape, "
                        f"{wrong!r}; MalformedResponse says what it is"
                    ) from end.error
                if isinstance(end.value, Invoice):
                    raise Finding(f"{method} makes an invoice out of {wrong!r}")
                # A list of nothing may be an empty list, and an object without rows is none.
                if wrong != [] and end.error is None and end.value in (None, ()):
                    raise Finding(
                        f"{method} takes {wrong!r} for nothing there: what is there already is made again"
                    )


async def _foreign_answer(trial: Trial) -> None:
    trial.offered("get_invoice")
    bench = trial.served("no answer that could be somebody else's")
    async with bench.process() as plain:
        hand = Hand(bench, plain)
        ours, theirs = await hand.draft(), await hand.draft()

        def renamed(document: Any) -> Any:
            if isinstance(document, dict):
                return {name: renamed(value) for name, value in document.items()}
            if isinstance(document, list):
                return [renamed(one) for one in document]
            return theirs.id if document == ours.id else document

        async with bench.process(transport=Rewriting(bench, renamed)) as other:
            try:
                found = await other.get_invoice(ours.id)
            except InvoiceKitError:
                return
    raise Finding(f"asked for invoice {ours.id}, get_invoice returns {found.id} without a word")


async def _hostile_cursors(trial: Trial) -> None:
    bench = trial.bench()
    async with bench.process() as service:
        invoice = (await Hand(bench, service).draft()).id
        native = service.native
        ways: dict[str, Callable[[str], Awaitable[object]]] = {
            "list_invoices": lambda cursor: native.list_invoices(InvoiceQuery(), cursor),
            "list_payments": lambda cursor: native.list_payments(invoice, cursor),
            "list_customers": native.list_customers,
        }
        for method in trial.offered(*ways):
            for cursor in _HOSTILE_CURSORS:
                seen = len(bench.requests())
                end = await ended(ways[method](cursor))
                shown = repr(cursor[:20])
                if end.error is not None and not isinstance(end.error, InvoiceKitError):
                    raise Finding(
                        f"{method} of the cursor {shown} raises {type(end.error).__name__}"
                    ) from end.error
                if end.error is None and (sent := bench.requests(seen)) and _is_none(cursor):
                    raise Finding(f"{method} asks for the page after the cursor {shown}", sent=told(sent))


def _is_none(cursor: str) -> bool:
    """Tell whether no provider ever gave such a cursor."""
    return not cursor.isprintable() or len(cursor) > _LONGEST_CURSOR


RULES = (
    Rule(
        id="reads.whole-lists",
        title="A list is read to the provider's own end",
        why="What a list lacks is taken for not there: it is billed again, or paid twice.",
        bug="return await self._page(1)  # the first page, and no more",
        tier=Tier.BRONZE,
        check=_whole_lists,
    ),
    Rule(
        id="reads.repeating-pages",
        title="Pages that repeat end in an error",
        why="A provider that repeats a page would be asked for ever, or its list be taken for whole.",
        bug="while rows: rows = await self._next()  # for ever",
        tier=Tier.BRONZE,
        check=_repeating_pages,
    ),
    Rule(
        id="reads.unknown-fields",
        title="A field that nobody knows changes nothing",
        why="Providers add fields without notice; a job must not stop at night for one.",
        bug="class Wire: ...  # with forbid_extra_keys",
        tier=Tier.BRONZE,
        check=_unknown_fields,
    ),
    Rule(
        id="reads.unknown-words",
        title="A status word of tomorrow reads as UNKNOWN, and its word is kept",
        why="A closed list of words fails the whole read, or calls a disputed invoice open.",
        bug="Status(document['status'])  # ValueError",
        tier=Tier.BRONZE,
        check=_unknown_words,
    ),
    Rule(
        id="reads.no-float",
        title="No amount and no quantity is a float",
        why="0.1 + 0.2 is not 0.3: cents come from nowhere.",
        bug="Decimal(json.loads(body)['amount'])  # of a float",
        tier=Tier.BRONZE,
        check=_no_float,
    ),
    Rule(
        id="reads.another-shape",
        title="An answer of another shape is MalformedResponse",
        why="A KeyError inside a call says nothing of the money; the caller cannot tell a read from a write.",
        bug="document['data']['items']  # KeyError",
        tier=Tier.BRONZE,
        check=_garbage,
    ),
    Rule(
        id="reads.foreign-answer",
        title="An answer about another invoice is an error",
        why="A mixed-up answer shows somebody else's balance, and the payment goes there.",
        bug="return self._invoice(response)  # whichever it is",
        tier=Tier.BRONZE,
        check=_foreign_answer,
    ),
    Rule(
        id="reads.hostile-cursors",
        title="A cursor that can be none is refused, or leads to a page, and nowhere else",
        why="A cursor is kept between runs and comes back from files: what is none must not break a job.",
        bug="page = int(cursor)  # ValueError",
        tier=Tier.SILVER,
        check=_hostile_cursors,
    ),
)
