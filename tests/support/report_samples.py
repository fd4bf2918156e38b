"""Finished jobs made up for reports: what a person may get to see, and what nobody should be able to do."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

from invoicekit.batch import ItemOutcome, Standing
from invoicekit.bulk import Course, Latency, Pause, PaymentRow, Report, Sample, Tally, Usage
from invoicekit.bulk.latency import LatencyCount
from invoicekit.errors import AuthenticationError, InvoiceKitError
from invoicekit.model import Money
from invoicekit.report import Document, Section

BEGAN = datetime(2026, 3, 31, 18, 2, 11, tzinfo=UTC)
HOSTILE = """"><script>alert(1)</script><img src=x onerror=alert(2)>'\u202eevil&amp;<!--"""


def paid(position: int, amount: str, currency: str = "EUR") -> PaymentRow:
    return PaymentRow(
        reference=f"bank-{position}",
        invoice_id=f"64c777ddd3fcab07cfbb{position:04d}",
        amount=Money(amount, currency),
        paid_at=BEGAN,
    )


def ended(
    position: int,
    standing: Standing,
    reason: str = "",
    *,
    cause: str = "",
    id: str = "",
    first: int | None = None,
    amount: str = "",
    currency: str = "EUR",
) -> ItemOutcome[object]:
    return ItemOutcome(
        position=position,
        id=id or f"bank-{4700 + position}",
        standing=standing,
        reason=reason,
        cause=cause,
        first_position=first,
        payload=paid(position, amount, currency) if amount else None,
    )


def course(
    seconds: float, *, per_second: float = 48.5, pauses: Iterable[Pause] = (), seed: int = 7
) -> Course:
    draw = Random(seed)
    samples, at, width = [], 0.0, 0.25
    while seconds / width > 240:
        width *= 2
    while at < seconds:
        held = any(each.start_seconds <= at < each.start_seconds + each.seconds for each in pauses)
        requests = 0 if held else round(per_second * width + draw.uniform(-0.5, 0.5))
        refused = 2 if any(abs(each.start_seconds - at) < width for each in pauses) else 0
        rows = 0 if held else requests + draw.randrange(-3, 4)
        samples.append(
            Sample(
                start_seconds=at,
                seconds=width,
                rows=max(0, rows),
                requests=requests,
                refused=refused,
                limit_per_second=50.0,
            )
        )
        at += width
    count = LatencyCount()
    for _ in range(4000):
        count.add(draw.lognormvariate(-2.3, 0.45) + (1.4 if draw.random() < 0.012 else 0.0))
    return Course(
        began_at=BEGAN,
        ended_at=BEGAN + timedelta(seconds=seconds),
        samples=tuple(samples),
        pauses=tuple(pauses),
        latency=count.snapshot() if seconds else Latency(),
    )


def report(
    outcomes: Iterable[ItemOutcome[object]],
    *,
    seconds: float = 84.0,
    pauses: Iterable[Pause] = (),
    stopped_by: InvoiceKitError | None = None,
    is_interrupted: bool = False,
    unread: int | None = 0,
) -> Report:
    tally = Tally()
    for outcome in outcomes:
        tally.read()
        tally.add(outcome)
    usage = Usage(requests=4120, retries=36, rate_limited=6, share_of_rate=0.97, seconds=seconds)
    return tally.report(
        usage,
        stopped_by=stopped_by,
        is_interrupted=is_interrupted,
        unread=unread,
        course=course(seconds, pauses=tuple(pauses)),
    )


def document(*reports: Report, title: str = "bulk pay march.csv", rows_file: str | None = None) -> Document:
    names = ("payments", "time entries", "invoices")
    return Document(
        title=title,
        provider="clockify",
        account="64c777ddd3fcab07cfbb210c",
        sections=tuple(
            Section(name=names[place % 3], report=each, rows_file=rows_file)
            for place, each in enumerate(reports)
        ),
    )


def mixed() -> Document:
    """Return payments of which some need somebody."""
    draw = Random(3)
    amounts = [f"{draw.randrange(2000, 90000) / 100:.2f}" for _ in range(1920)]
    rows = [ended(n, Standing.APPLIED, amount=amount) for n, amount in enumerate(amounts, start=1)]
    before, no = Standing.ALREADY_APPLIED, Standing.REJECTED
    rows += [ended(n, before, "found", amount="49.00", currency="CHF") for n in range(1921, 1961)]
    missing = "NotFound: no invoice 64c777ddd3fcab07cfbb2113 in this workspace"
    rows += [ended(n, no, missing, cause="NotFound", amount="120.00") for n in range(1961, 1975)]
    wrong = "column amount: '1.234,5' is not an amount; write major units with a point, like 120.00"
    rows += [ended(n, no, f"march.csv:{n}, {wrong}") for n in range(1975, 1979)]
    locked = "InvalidTransition: the invoice is void, no payment can be recorded on it"
    rows += [ended(n, no, locked, cause="InvalidTransition", amount="85.40") for n in (1979, 1980)]
    again = "the same id stood before with different content; nothing was sent for this one"
    rows.append(ended(1981, Standing.REJECTED, again, first=17, amount="10.00"))
    lost = "OutcomeUnknown: the answer was lost after the request had left; two reads did not show it"
    rows += [ended(n, Standing.UNKNOWN, lost, cause="OutcomeUnknown", amount="310.00") for n in (1982, 1983)]
    twice = "DuplicateDetected: two payments carry the marker of bank-6684"
    rows.append(ended(1984, Standing.UNKNOWN, twice, cause="DuplicateDetected", amount="75.00"))
    return document(report(rows, pauses=[Pause(start_seconds=31.0, seconds=9.0)]), rows_file="outcomes.csv")


def clean() -> Document:
    """Return a job in which all went well."""
    rows = [ended(n, Standing.APPLIED, id=f"{n:024x}") for n in range(1, 501)]
    return document(report(rows, seconds=11.0), title="bulk mark-invoiced entries.csv")


def cut_off() -> Document:
    """Return a job that ended early, with hostile text where others may write."""
    rows = [ended(n, Standing.APPLIED) for n in range(1, 60)]
    rows += [ended(60, Standing.REJECTED, HOSTILE, id=HOSTILE, cause="InvalidRequest", amount="1.00")]
    rows += [ended(n, Standing.NOT_ATTEMPTED, "interrupted") for n in range(61, 101)]
    failure = AuthenticationError(f"the key was refused {HOSTILE}", status=401)
    return document(report(rows, seconds=3.0, stopped_by=failure), title=f"bulk pay {HOSTILE}")


def huge(rows: int = 1_000_000) -> Document:
    """Return a million rows, a tenth of them rejected."""
    tally = Tally()
    why = "NotFound: " + "no such entry in this workspace " * 4
    for number in range(1, rows + 1):
        tally.read()
        if number % 10:
            tally.add(ended(number, Standing.APPLIED))
        else:
            tally.add(ended(number, Standing.REJECTED, why, cause="NotFound", amount="1.00"))
    return document(tally.report(Usage(requests=rows, seconds=20_500.0), course=course(20_500.0)))


def huge_part() -> Document:
    """Return enough rejected rows to go over the bound, and no doubt."""
    return huge(20_000)
