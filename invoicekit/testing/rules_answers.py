"""Answers as they come: each member may be of another type, and all of them must agree."""

from collections.abc import Iterator, Mapping
from functools import partial

import attrs

from invoicekit.errors import InvoiceKitError
from invoicekit.model import (
    Absent,
    Customer,
    Invoice,
    Payment,
    WriteResult,
)
from invoicekit.service import InvoiceService
from invoicekit.testing.calls import READS, WRITES, Hand
from invoicekit.testing.foreign import ended
from invoicekit.testing.rewriting import Keeping, Rewriting, instead, named, put
from invoicekit.testing.rule import Finding, NotApplicable, Rule, Tier, Trial
from invoicekit.testing.rules_types import misfits

_MOST_MEMBERS = 60
_ONE_OF_EACH = ("get_invoice", "list_payments", "get_customer", "list_customers", "list_time_entries")
_OURS = {"raw", "headers", "reference", "is_status_derived"}
_OF_THEIR_OWN = {"create_credit_note"}
"""What these write is shown as an invoice, and may be read nowhere."""
_URLS = (
    "ftp://host.example",
    "https://user@host.example",
    "https://host.example/?key=1",
    "https://host.example/#part",
    "https://",
    "host.example",
    "https://host.example/ x",
    "http://host.example",
)
_GOOD_URLS = ("http://localhost:8080/api", "http://127.0.0.1:8080/api", "http://[::1]:8080/api")


# --- another type -------------------------------------------------------------------------------


async def _other_types(trial: Trial) -> None:
    bench = trial.served("no answer that could hold another type")
    keep = Keeping()
    transport = Rewriting(bench, keep)
    async with bench.process() as plain, bench.process(transport=transport) as service:
        hand = Hand(bench, plain)
        for method in trial.offered(*_ONE_OF_EACH):
            call = await hand.ready(method)
            transport.change = keep = Keeping()
            await call(service)
            for path, value in keep.members(_MOST_MEMBERS):
                for other in instead(value):
                    transport.change = partial(put, path=path, value=other)
                    end = await ended(call(service))
                    if end.error is not None and not isinstance(end.error, InvoiceKitError):
                        raise Finding(
                            f"{method} raises {type(end.error).__name__} where {named(path, other)}: "
                            "MalformedResponse says what it is"
                        ) from end.error
                    if found := next(misfits(end.value, method), None):
                        raise Finding(f"where {named(path, other)}, {found}")


# --- they agree ---------------------------------------------------------------------------------


def _differences(one: object, other: object, at: str) -> Iterator[str]:
    """Name the fields that both tell, and tell otherwise."""
    if type(one) is not type(other) or not attrs.has(type(one)):
        if one != other:
            yield f"{at} is {one!r} in one and {other!r} in the other"
        return
    for name in attrs.fields_dict(type(one)):  # type: ignore[arg-type]  # attrs.has says so
        first, second = getattr(one, name), getattr(other, name)
        if name in _OURS or _untold(first) or _untold(second):
            continue
        if isinstance(first, tuple) and isinstance(second, tuple) and len(first) == len(second):
            for number, (left, right) in enumerate(zip(first, second, strict=True), start=1):
                yield from _differences(left, right, f"{at}.{name} {number}")
        elif first != second:
            yield f"{at}.{name} is {first!r} in one and {second!r} in the other"


def _untold(value: object) -> bool:
    return (
        value is None or isinstance(value, Absent) or value == () or getattr(value, "value", "") == "unknown"
    )


async def _reads_agree(trial: Trial) -> None:
    bench = trial.bench()
    async with bench.process() as service:
        hand, offered = Hand(bench, service), service.capabilities().of
        invoices: dict[str, Invoice] = {}
        if offered("get_invoice").is_offered:
            paying = offered("record_payment").is_offered
            invoice = await (hand.paid() if paying else hand.draft())
            invoices["get_invoice"] = await service.get_invoice(invoice.id)
            if offered("find_invoice").is_offered and isinstance(invoice.number, str):
                found = await service.find_invoice(number=invoice.number)
                if found is not None:
                    invoices["find_invoice"] = found
            if offered("list_invoices").is_offered:
                listed = await service.list_invoices().snapshot()
                invoices["list_invoices"] = next(one for one in listed if one.id == invoice.id)
        _agree(invoices)
        if offered("get_customer").is_offered and offered("list_customers").is_offered:
            customer = await hand.customer()
            customers = await service.list_customers().snapshot()
            _agree(
                {
                    "get_customer": await service.get_customer(customer),
                    "list_customers": next(one for one in customers if one.id == customer),
                }
            )
        if offered("list_time_entries").is_offered:
            _, ids = await hand.time()
            every = {one.id: one for one in await hand.entries()}
            for entry in await service.native.find_time_entries(ids) or ():
                _agree({"list_time_entries": every[entry.id], "find_time_entries": entry})


def _agree(reads: Mapping[str, object]) -> None:
    (first, one), *others = [*reads.items()] or [("", None)]
    for name, other in others:
        if found := next(_differences(one, other, type(one).__name__), None):
            raise Finding(f"{first} and {name} disagree: {found}")


# --- a write tells what a read tells ------------------------------------------------------------


async def _told_whole(trial: Trial) -> None:
    for method in trial.offered(*WRITES):
        bench = trial.bench()
        async with bench.process() as service:
            result = await (await Hand(bench, service).ready(method))(service)
            if not isinstance(result, WriteResult):
                continue
            value_id = getattr(result.value, "id", None)
            if value_id and result.resource_id not in {None, value_id}:
                raise Finding(f"{method} gives the value {value_id!r} and the id {result.resource_id!r}")
            if value_id and result.resource_id is None:
                raise Finding(f"{method} gives a value with an id, and no `resource_id`")
            if method.startswith("delete_") and not result.resource_id:
                raise Finding(f"{method} does not say what is gone (`resource_id`)")
            if value_id and not result.raw:
                raise Finding(f"{method} gives a value without what the provider sent (`raw`)")
            if bench.is_served and result.raw and not result.headers:
                raise Finding(f"{method} gives what the provider sent without its `headers`")
            read = None if method in _OF_THEIR_OWN else await _read(service, result.value)
            if read is not None:
                _agree({method: result.value, "the read after it": read})


async def _read(service: InvoiceService, value: object) -> object:
    """Read what a write told; None where that cannot be read."""
    offered = service.capabilities().of
    if isinstance(value, Invoice) and offered("get_invoice").is_offered:
        return await service.get_invoice(value.id)
    if isinstance(value, Customer) and offered("get_customer").is_offered:
        return await service.get_customer(value.id)
    if isinstance(value, Payment) and offered("list_payments").is_offered:
        listed = await service.list_payments(value.invoice_id).snapshot()
        return next((one for one in listed if one.id == value.id), None)
    return None


async def _read_headers(trial: Trial) -> None:
    bench = trial.served("no answer with headers")
    async with bench.process() as service:
        hand = Hand(bench, service)
        for method in trial.offered(*READS):
            found = await (await hand.ready(method))(service)
            for one in found if isinstance(found, tuple) else (found,):
                if one is not None and not getattr(one, "headers", None):
                    raise Finding(
                        f"{method} gives a {type(one).__name__} without the `headers` of its answer"
                    )


# --- where it is --------------------------------------------------------------------------------


async def _base_url(trial: Trial) -> None:
    config = trial.subject.adapter.config_type
    if "base_url" not in attrs.fields_dict(config):
        raise NotApplicable("its address cannot be set")
    for url in _URLS:
        bench = trial.served("no address")
        try:
            async with bench.process(base_url=url):
                pass
        except InvoiceKitError:
            continue
        raise Finding(f"base_url={url!r} is taken: credentials would be sent there, or where nobody meant")
    for url in _GOOD_URLS:
        try:
            async with trial.bench().process(base_url=url):
                pass
        except InvoiceKitError as error:
            raise Finding(f"base_url={url!r} is refused: {error}") from error


RULES = (
    Rule(
        id="reads.other-types",
        title="A member of another type, or none, is MalformedResponse, or reads as not there",
        why="A KeyError, or a text where an amount should be, ends a job in the middle of the month.",
        bug="Decimal(document['total'])  # and one invoice has none",
        tier=Tier.BRONZE,
        check=_other_types,
    ),
    Rule(
        id="reads.agree",
        title="What several reads tell of one record is the same",
        why="Who reconciles by the list pays by it: where that says 10 and the invoice 100, 90 is lost.",
        bug="total=row['total_amount']  # in the list, where the provider means the balance",
        tier=Tier.BRONZE,
        check=_reads_agree,
    ),
    Rule(
        id="reads.headers",
        title="What was read carries the headers of its answer",
        why="A request's number in a header is what a provider's support asks for.",
        bug="read_invoice(response.body)  # without headers=",
        tier=Tier.SILVER,
        check=_read_headers,
    ),
    Rule(
        id="writes.told-whole",
        title="A write tells the same as a read after it, with id, raw and headers",
        why="Whoever believes the result books it: an id of something else is refunded later.",
        bug="Done(value=payment)  # without resource_id= and raw=",
        tier=Tier.GOLD,
        check=_told_whole,
    ),
    Rule(
        id="hosts.base-url",
        title="An address that is none, or hides another, is refused at once",
        why="https://provider.example@elsewhere.example is elsewhere, and gets the key.",
        bug="base_url: str  # whatever it is",
        tier=Tier.SILVER,
        check=_base_url,
    ),
)
