"""Jobs over files: every row ends once, payments of one invoice never overtake each other."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from typing import TypeVar

import pytest

from invoicekit.bulk import (
    InputError,
    Item,
    ItemOutcome,
    Job,
    JobExit,
    MarkJob,
    PayJob,
    PaymentRow,
    Standing,
    entry_items,
    payment_items,
)
from invoicekit.clock import LoopClock
from invoicekit.errors import AuthenticationError, OutcomeUnknown, RateLimited, UnsupportedOperation
from invoicekit.model import WriteResult
from invoicekit.service import InvoiceService

from .conftest import FakeService, Write

pytestmark = pytest.mark.looptime

T = TypeVar("T")
HEADER = "reference,invoice_id,amount,currency,paid_at\n"


def names(count: int) -> list[str]:
    return [f"{number:024x}" for number in range(count)]


def entry_rows(ids: list[str]) -> str:
    return "time_entry_id\n" + "".join(f"{entry_id}\n" for entry_id in ids)


def payment_row(reference: str, invoice: str = "i1", amount: str = "10.00") -> str:
    return f"{reference},{invoice},{amount},EUR,2026-01-05T09:00:00Z\n"


async def run(job: Job[T]) -> list[ItemOutcome[T]]:
    return sorted([outcome async for outcome in job.outcomes()], key=lambda each: each.position)


async def test_a_file_is_marked(service: FakeService, entries: Write) -> None:
    """Every row applied once, over the bulk lane, in as few requests as the batches need."""
    ids = names(1200)
    job = MarkJob(service, entry_items(entries(entry_rows(ids))), clock=LoopClock())

    outcomes = await run(job)

    assert [outcome.position for outcome in outcomes] == list(range(2, 1202))
    assert service.marked == dict.fromkeys(ids, 1)
    assert (service.calls, service.is_bulk) == (3, True)
    report = job.report()
    assert report.count(Standing.APPLIED) == report.rows == 1200
    assert report.exit_code() is JobExit.DONE


async def test_the_provider_s_batch_limit_is_kept(service: FakeService, entries: Write) -> None:
    """No request holds more entries than the adapter declares."""
    service.batch_limit = 50

    await run(MarkJob(service, entry_items(entries(entry_rows(names(120)))), clock=LoopClock()))

    assert service.calls == 3


async def test_bad_rows_are_rejected_and_the_rest_goes_on(service: FakeService, entries: Write) -> None:
    """Malformed, impossible, unknown and repeated rows beside good ones: nothing is lost."""
    good = names(3)
    unknown, endless = "f" * 24, "f" * 40
    service.strangers = {unknown}
    rows = [good[0], "../x", good[1], unknown, good[0], endless, good[2], "a,b"]
    job = MarkJob(service, entry_items(entries(entry_rows(rows))), clock=LoopClock())

    outcomes = await run(job)

    assert [(each.position, each.standing.name, each.first_position) for each in outcomes] == [
        (2, "APPLIED", None),
        (3, "REJECTED", None),
        (4, "APPLIED", None),
        (5, "REJECTED", None),
        (6, "ALREADY_APPLIED", 2),
        (7, "REJECTED", None),
        (8, "APPLIED", None),
        (9, "REJECTED", None),
    ]
    assert "entries.csv:3, column time_entry_id: '../x'" in outcomes[1].reason
    assert job.report().exit_code() is JobExit.REJECTED
    assert service.marked == dict.fromkeys(good, 1)


async def test_an_id_the_adapter_refuses_costs_no_request(service: FakeService, entries: Write) -> None:
    """The adapter tells which id it is, so the rest of its batch goes in one piece."""
    ids = names(200)
    source = entries(entry_rows([*ids[:100], "f" * 40, *ids[100:]]))
    job = MarkJob(service, entry_items(source), clock=LoopClock())

    outcomes = await run(job)

    assert service.calls == 1
    assert [each.position for each in outcomes if each.standing is Standing.REJECTED] == [102]


async def test_payments_of_one_invoice_wait_for_each_other(service: FakeService, payments: Write) -> None:
    """Different invoices side by side, each invoice's own payments in the order of the file."""
    rows = "".join(payment_row(f"r{number}", f"i{number % 5}") for number in range(60))
    job = PayJob(service, payment_items(payments(HEADER + rows)), clock=LoopClock())

    outcomes = await run(job)

    assert {outcome.standing for outcome in outcomes} == {Standing.APPLIED}
    assert service.paid == {
        f"i{invoice}": [f"r{number}" for number in range(60) if number % 5 == invoice] for invoice in range(5)
    }
    assert (service.busiest_invoice, service.busiest) == (1, 5)
    assert outcomes[0].resource_id == "p-r0"


async def test_a_repeated_payment_is_not_sent_again(service: FakeService, payments: Write) -> None:
    """The same row again is already applied; the same reference for other money is refused."""
    rows = payment_row("r1") + payment_row("r1", amount="10.0") + payment_row("r1", amount="11.00")
    job = PayJob(service, payment_items(payments(HEADER + rows)), clock=LoopClock())

    outcomes = await run(job)

    assert [(each.standing, each.first_position) for each in outcomes] == [
        (Standing.APPLIED, None),
        (Standing.ALREADY_APPLIED, 2),
        (Standing.REJECTED, 2),
    ]
    assert "different content" in outcomes[2].reason
    assert service.paid == {"i1": ["r1"]}


async def test_doubt_about_one_payment_leaves_the_others_alone(service: FakeService, payments: Write) -> None:
    """One lost answer, one unknown row, exit code 3."""
    service.failures = {"r2": OutcomeUnknown("the connection was cut")}
    rows = "".join(payment_row(f"r{number}") for number in range(1, 4))
    job = PayJob(service, payment_items(payments(HEADER + rows)), clock=LoopClock())

    outcomes = await run(job)

    assert [outcome.standing.name for outcome in outcomes] == ["APPLIED", "UNKNOWN", "APPLIED"]
    assert job.report().exit_code() is JobExit.IN_DOUBT


async def test_a_wrong_key_ends_the_job_with_one_call(service: FakeService, payments: Write) -> None:
    """Nothing is sent after a 401; the command ends as a usage error."""
    refs = [f"r{number}" for number in range(100)]
    service.failures = {ref: AuthenticationError("wrong key", status=401) for ref in refs}
    rows = "".join(payment_row(ref, f"i{ref}") for ref in refs)
    job = PayJob(service, payment_items(payments(HEADER + rows)), clock=LoopClock())

    outcomes = await run(job)

    assert service.calls == 1
    assert {outcome.standing for outcome in outcomes} == {Standing.NOT_ATTEMPTED}
    report = job.report()
    assert report.exit_code() is JobExit.USAGE
    assert report.as_json()["stopped_by"] == "AuthenticationError: wrong key"


async def test_what_the_provider_cannot_do_ends_the_job(service: FakeService, entries: Write) -> None:
    """A provider without the operation is a usage error, not a thousand rejected rows."""
    ids = names(3)
    service.failures = dict.fromkeys(ids, UnsupportedOperation("cannot mark"))
    job = MarkJob(service, entry_items(entries(entry_rows(ids))), clock=LoopClock())

    await run(job)

    assert job.report().exit_code() is JobExit.USAGE


async def test_an_interrupted_job_accounts_for_every_row(service: FakeService, entries: Write) -> None:
    """Ctrl-C: what was under way ends, the rest of the file is read and not attempted."""
    job = MarkJob(service, entry_items(entries(entry_rows(names(100)))), size=10, width=2, clock=LoopClock())
    asyncio.get_running_loop().call_later(0.015, job.stop)

    await run(job)

    report = job.report()
    assert report.exit_code() is JobExit.INTERRUPTED
    assert report.rows == 100
    assert report.counts == {Standing.APPLIED: 30, Standing.NOT_ATTEMPTED: 70}


async def test_an_aborted_job_knows_what_it_cut_off(service: FakeService, entries: Write) -> None:
    """A second Ctrl-C: the requests under way are in doubt, and no others."""
    job = MarkJob(service, entry_items(entries(entry_rows(names(100)))), size=10, width=2, clock=LoopClock())
    asyncio.get_running_loop().call_later(0.015, job.abort)

    await run(job)

    assert job.report().counts == {Standing.APPLIED: 10, Standing.UNKNOWN: 20, Standing.NOT_ATTEMPTED: 70}
    assert job.report().exit_code() is JobExit.INTERRUPTED


async def test_a_pause_is_told(service: FakeService, entries: Write) -> None:
    """A display can say when the job goes on."""
    ids = names(1)
    service.failures = {ids[0]: RateLimited("slow down", retry_after=60.0)}
    pauses: list[float] = []

    def paused(seconds: float) -> None:
        pauses.append(seconds)
        service.failures.clear()

    job = MarkJob(service, entry_items(entries(entry_rows(ids))), clock=LoopClock(), on_pause=paused)
    await run(job)

    assert pauses == [60.0]
    assert job.report().exit_code() is JobExit.DONE


async def test_usage_counts_this_job_alone(service: FakeService, entries: Write) -> None:
    """A service that was used before starts from nothing."""
    service.calls = 1000
    source = entries(entry_rows(names(100)))
    job = MarkJob(service, entry_items(source), size=5, width=1, clock=LoopClock())

    await run(job)

    usage = job.report().usage
    assert (usage.requests, usage.retries, usage.rate_limited) == (20, 2, 4)
    assert usage.share_of_rate == 0.97
    assert usage.seconds == pytest.approx(0.2, abs=0.05)


async def test_a_stream_of_rows_is_a_job_too(service: FakeService) -> None:
    """Items may come from anywhere, also while the job runs."""

    async def items() -> AsyncIterator[Item[None]]:
        for number, entry_id in enumerate(names(30)):
            await asyncio.sleep(1)
            yield Item(position=number, id=entry_id, payload=None)

    job = MarkJob(service, items(), size=10, clock=LoopClock())
    await run(job)

    assert job.report().count(Standing.APPLIED) == 30


async def test_an_unusable_input_is_an_error_and_sends_nothing(service: FakeService, entries: Write) -> None:
    """A job that was not checked beforehand still refuses a file without its columns."""
    job = MarkJob(service, entry_items(entries("id\nx\n")), clock=LoopClock())

    with pytest.raises(InputError):
        await run(job)

    assert service.calls == 0


async def test_progress_can_be_watched(service: FakeService, entries: Write) -> None:
    """The tally counts rows read and ended while the job runs."""
    job = MarkJob(service, entry_items(entries(entry_rows(names(50)))), size=10, width=1, clock=LoopClock())
    seen = [(job.tally.ended, job.tally.rows) async for _ in job.outcomes()]

    assert [ended for ended, _ in seen] == list(range(1, 51))
    assert all(ended <= rows for ended, rows in seen)
    assert job.tally.counts == {Standing.APPLIED: 50}


class QuickService(FakeService):
    """Answers without keeping books."""

    async def mark_batch(self, entry_ids: tuple[str, ...], *, invoiced: bool) -> WriteResult[None]:
        self.marked.clear()
        return await super().mark_batch(entry_ids, invoiced=invoiced)


async def test_memory_does_not_depend_on_the_number_of_rows() -> None:
    """Five times the rows, the same peak but for a bit and a third of a byte each."""

    async def peak(count: int) -> int:
        items: Iterator[Item[None]] = (
            Item(position=number, id=f"{number:024x}", payload=None) for number in range(count)
        )
        job = MarkJob(QuickService(), items, size=100, width=4, clock=LoopClock())
        tracemalloc.start()
        try:
            async for _ in job.outcomes():
                pass
            assert job.report().count(Standing.APPLIED) == count
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = await peak(10_000), await peak(50_000)

    assert many - few < 40_000


def accepts(service: InvoiceService, items: list[Item[PaymentRow | None]]) -> PayJob:
    """A service of the library is what a job needs: checked by the type checker."""
    return PayJob(service, items)
