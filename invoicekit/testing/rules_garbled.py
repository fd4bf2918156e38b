"""Answers with a member missing or of another type: nothing is made up, and no write is called a failure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from functools import partial
from typing import Any

import attrs

from invoicekit.errors import InvoiceKitError, NotApplied
from invoicekit.model import Absent
from invoicekit.service import InvoiceService
from invoicekit.testing.bench import Bench
from invoicekit.testing.calls import READS, WRITES, Call, Hand
from invoicekit.testing.foreign import Ended, ended
from invoicekit.testing.rewriting import MISSING, Keeping, Rewriting, named, put
from invoicekit.testing.rule import Finding, Rule, Tier, Trial, told
from invoicekit.testing.rules_types import misfits

_MOST_MEMBERS = 60
_MOST_OF_A_WRITE = 12
_WRITE_VERBS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_NOT_COMPARED = {"raw", "headers", "is_status_derived"}


# --- reads ----------------------------------------------------------------------------------------


async def _nothing_made_up(trial: Trial) -> None:
    bench = trial.served("no answer that could lack a member")
    transport = Rewriting(bench, Keeping())
    async with bench.process() as plain, bench.process(transport=transport) as service:
        hand = Hand(bench, plain)
        for method in trial.offered(*READS):
            call = await hand.ready(method)
            transport.change = keep = Keeping()
            whole = await call(service)
            for path, value in keep.members(_MOST_MEMBERS):
                if isinstance(value, dict | list):
                    continue
                for other in (None, MISSING):
                    transport.change = partial(put, path=path, value=other)
                    end = await ended(call(service))
                    if end.error is not None or end.value is None:
                        continue
                    # A list in the place of one record is told by that: no date of payment, no payment.
                    in_a_row = 0 in path
                    if found := next(_made_up(whole, end.value, method, counts=in_a_row), None):
                        raise Finding(f"where {named(path, other)}, {found}")


def _made_up(whole: object, found: object, at: str, *, counts: bool = True) -> Iterator[str]:
    """Name what reads otherwise than in the whole answer, and not as not told.

    Args:
        counts: Whether a row less is named.
    """
    if isinstance(whole, tuple) and isinstance(found, tuple):
        if counts and len(found) < len(whole):
            yield f"{at} has {len(found)} of {len(whole)} rows, and nobody is told"
        for number, (left, right) in enumerate(_paired(whole, found)):
            yield from _made_up(left, right, f"{at}[{number}]")
    elif attrs.has(type(whole)) and type(whole) is type(found):
        for name in attrs.fields_dict(type(whole)):  # type: ignore[arg-type]  # attrs.has says so
            if name not in _NOT_COMPARED:
                yield from _made_up(getattr(whole, name), getattr(found, name), f"{at}.{name}")
    elif whole != found and not _is_untold(found):
        yield f"{at} reads as {found!r}; it was {whole!r}"


def _paired(whole: tuple[object, ...], found: tuple[object, ...]) -> Iterator[tuple[object, object]]:
    """Pair rows by their ids where all have one, else as they stand."""
    ids = [getattr(one, "id", None) for one in found]
    if set(ids) != {getattr(one, "id", None) for one in whole} or None in ids:
        return zip(whole, found, strict=False)
    by_id = {getattr(one, "id", None): one for one in found}
    return ((one, by_id[getattr(one, "id", None)]) for one in whole)


def _is_untold(value: object) -> bool:
    return value is None or isinstance(value, Absent) or getattr(value, "value", "") == "unknown"


# --- writes ---------------------------------------------------------------------------------------


async def _garbled_writes(trial: Trial) -> None:
    for method in trial.offered(*WRITES):
        bench = trial.served("no answer that could be of another shape")
        keep = Keeping()
        transport = Rewriting(bench, keep, verbs=_WRITE_VERBS)
        async with bench.process() as plain, bench.process(transport=transport) as service:
            hand = Hand(bench, plain)
            once = await _grown(bench, await hand.ready(method), service)
            for path, value in keep.members(_MOST_OF_A_WRITE):
                for other in (None, 7 if isinstance(value, str) else "text"):
                    call = await hand.ready(method)
                    transport.change = partial(put, path=path, value=other)
                    before, seen = await _counts(bench), len(bench.requests())
                    end = await ended(call(service))
                    where = f"{method}, where its answer's {named(path, other)},"
                    _is_honest(where, end, grew=await _counts(bench) != before)
                    await ended(call(plain))
                    if await _more(bench, before, once):
                        raise Finding(f"{where} is done twice", sent=told(bench.requests(seen)))


async def _grown(bench: Bench, call: Call, service: InvoiceService) -> Mapping[str, int]:
    """Make a call, and return how many rows of each kind it adds."""
    before = await _counts(bench)
    await call(service)
    return Counter(await _counts(bench)) - Counter(before)


async def _counts(bench: Bench) -> Mapping[str, int]:
    return Counter(kind for kind, _ in (await bench.state()).elements())


async def _more(bench: Bench, before: Mapping[str, int], once: Mapping[str, int]) -> bool:
    return bool(Counter(await _counts(bench)) - Counter(before) - Counter(once))


def _is_honest(where: str, end: Ended, *, grew: bool) -> None:
    if end.error is None:
        if found := next(misfits(end.value, "value"), None):
            raise Finding(f"{where} gives a value of another type: {found}")
    elif not isinstance(end.error, InvoiceKitError):
        raise Finding(f"{where} raises {type(end.error).__name__}: the caller cannot tell what became of it")
    elif isinstance(end.error, NotApplied) and grew:
        raise Finding(f"{where} is called {type(end.error).__name__}, and it was done") from end.error


async def _foreign_answers(trial: Trial) -> None:
    for method in trial.offered("set_status", "update_invoice", "import_time_entries", "write_off"):
        bench = trial.served("answers")
        async with bench.process() as plain:
            hand = Hand(bench, plain)
            theirs = (await hand.draft()).id
            held = {str(row["id"]) for row in bench.rows("invoices")}
            call = await hand.ready(method)
            ours = {str(row["id"]) for row in bench.rows("invoices")} - held

            def renamed(document: Any, ours: Set[str] = ours, theirs: str = theirs) -> Any:
                if isinstance(document, dict):
                    return {name: renamed(value) for name, value in document.items()}
                if isinstance(document, list):
                    return [renamed(one) for one in document]
                return theirs if document in ours else document

            transport = Rewriting(bench, renamed, verbs=_WRITE_VERBS)
            async with bench.process(transport=transport) as service:
                end = await ended(call(service))
            value = getattr(end.value, "value", None)
            if getattr(value, "id", None) == theirs:
                raise Finding(f"{method} of one invoice is answered about another, and returns that one")


RULES = (
    Rule(
        id="reads.nothing-made-up",
        title="A member that is null or missing reads as not told, and changes nothing else",
        why="An invoice whose paid amount is missing is not unpaid: it would be paid again.",
        bug="amount_paid=row.get('paid', 0)",
        tier=Tier.BRONZE,
        check=_nothing_made_up,
    ),
    Rule(
        id="writes.garbled-answers",
        title="A write whose answer is of another shape is done once, and never called a failure",
        why="The money has moved, and the answer to it cannot be read: who hears KeyError pays again.",
        bug="Done(value=Payment(id=document['id'], …))  # KeyError after the payment",
        tier=Tier.GOLD,
        check=_garbled_writes,
    ),
    Rule(
        id="writes.foreign-answers",
        title="An answer about another invoice is no proof that this one was changed",
        why="Whoever believes it shows a customer somebody else's invoice as paid.",
        bug="Done(value=read_invoice(response.body))  # whichever it is",
        tier=Tier.GOLD,
        check=_foreign_answers,
    ),
)
