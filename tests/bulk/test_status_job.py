"""Many invoices, one status each: sent once, with no more consent than was given."""

import pytest

from invoicekit.bulk import ItemOutcome, JobExit, Standing, StatusJob, StatusRow, StatusSteps, status_items
from invoicekit.clock import LoopClock
from invoicekit.errors import DestructiveTransition, InvalidTransition, OutcomeUnknown
from invoicekit.model import InvoiceStatus
from invoicekit.service import InvoiceService
from invoicekit_clockify import Clockify

from .conftest import FakeService, Write

pytestmark = pytest.mark.looptime

STEPS = StatusSteps(provider="clockify", rules=Clockify.capabilities.statuses)
VOID, OPEN = InvoiceStatus.VOID, InvoiceStatus.OPEN


def job_over(
    service: FakeService, statuses: Write, *rows: str, losing: bool = False, for_good: bool = False
) -> StatusJob:
    source = statuses("invoice_id,status\n" + "".join(f"{row}\n" for row in rows))
    return StatusJob(
        service,
        status_items(source, STEPS),
        allow_payment_loss=losing,
        allow_irreversible=for_good,
        clock=LoopClock(),
    )


async def run(job: StatusJob) -> list[ItemOutcome[StatusRow | None]]:
    return sorted([outcome async for outcome in job.outcomes()], key=lambda each: each.position)


async def test_every_invoice_gets_its_status(service: FakeService, statuses: Write) -> None:
    """One call a row, over the bulk lane; what is so already is told apart."""
    service.statuses = {"i2": OPEN}
    job = job_over(service, statuses, "i1,void", "i2,open", "i3,open")

    outcomes = await run(job)

    assert service.statuses == {"i1": VOID, "i2": OPEN, "i3": OPEN}
    assert [each.standing for each in outcomes] == [
        Standing.APPLIED,
        Standing.ALREADY_APPLIED,
        Standing.APPLIED,
    ]
    assert (service.calls, service.is_bulk) == (3, True)
    assert job.report().exit_code() is JobExit.DONE


async def test_the_same_row_again_is_the_first_one(service: FakeService, statuses: Write) -> None:
    """A duplicate names the line that it repeats, and is not sent."""
    outcomes = await run(job_over(service, statuses, "i1,void", "i1,void"))

    assert [(each.standing, each.first_position) for each in outcomes] == [
        (Standing.APPLIED, None),
        (Standing.ALREADY_APPLIED, 2),
    ]
    assert service.calls == 1


async def test_an_invoice_has_one_status_in_a_file(service: FakeService, statuses: Write) -> None:
    """Which of two was meant, nobody can tell: the first one stands, the other is rejected."""
    outcomes = await run(job_over(service, statuses, "i1,open", "i1,void"))

    assert service.statuses == {"i1": OPEN}
    assert (outcomes[1].standing, outcomes[1].first_position) == (Standing.REJECTED, 2)


async def test_a_refused_row_contradicts_a_later_one(service: FakeService, statuses: Write) -> None:
    """An invoice that one row calls paid is not made void by the next."""
    outcomes = await run(job_over(service, statuses, "i1,paid", "i1,void", "i2,void"))

    assert service.statuses == {"i2": VOID}
    assert [each.standing for each in outcomes] == [Standing.REJECTED, Standing.REJECTED, Standing.APPLIED]
    assert "statuses.csv:2, column status: 'paid' follows from a payment" in outcomes[0].reason
    assert outcomes[1].first_position == 2


@pytest.mark.parametrize("losing", [False, True])
@pytest.mark.parametrize("for_good", [False, True])
async def test_no_more_is_allowed_than_was_given(
    service: FakeService, statuses: Write, losing: bool, for_good: bool
) -> None:
    """Each consent reaches the service by its own name."""
    await run(job_over(service, statuses, "i1,void", losing=losing, for_good=for_good))

    assert service.consents == {(losing, for_good)}


async def test_nothing_is_allowed_by_itself(service: FakeService, statuses: Write) -> None:
    """A job that was given no consent gives none."""
    items = status_items(statuses("invoice_id,status\ni1,void\n"), STEPS)

    await run(StatusJob(service, items, clock=LoopClock()))

    assert service.consents == {(False, False)}


async def test_a_step_that_the_invoice_forbids_is_rejected(service: FakeService, statuses: Write) -> None:
    """With its reason; the rest goes on, and doubt stays doubt."""
    service.failures = {
        "i1": InvalidTransition("invoice i1 is void"),
        "i2": DestructiveTransition("invoice i2 holds payments"),
        "i3": OutcomeUnknown("cut off"),
    }
    job = job_over(service, statuses, "i1,void", "i2,void", "i3,void", "i4,void")

    outcomes = await run(job)

    assert [(each.standing.name, each.reason) for each in outcomes] == [
        ("REJECTED", "InvalidTransition: invoice i1 is void"),
        ("REJECTED", "DestructiveTransition: invoice i2 holds payments"),
        ("UNKNOWN", "OutcomeUnknown: cut off"),
        ("APPLIED", ""),
    ]
    assert job.report().exit_code() is JobExit.IN_DOUBT


def accepts(service: InvoiceService) -> StatusJob:
    """A service of the library is what a job needs: checked by the type checker."""
    return StatusJob(service, [])
