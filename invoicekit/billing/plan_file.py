"""A plan as text, so that another process can go on with it."""

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import attrs

from invoicekit.billing.lines import LeftOut, TimeLine
from invoicekit.billing.plan import Books, TimePlan
from invoicekit.billing.rounding import RoundedPer, Rounding, RoundingMode
from invoicekit.billing.terms import TimeTerms
from invoicekit.errors import InvoiceKitError, UsageError
from invoicekit.model import Money, TimeGrouping, TimeWay

_TITLE = "invoicekit time plan 1"
_MICROSECOND = timedelta(microseconds=1)


def plan_text(plan: TimePlan) -> str:
    """Write a plan as JSON; the same plan gives the same text."""
    terms = plan.terms
    document = {
        "title": _TITLE,
        "digest": plan.digest,
        "books": attrs.asdict(plan.books),
        "tracker": attrs.asdict(plan.tracker),
        "way": plan.way.value,
        "why": plan.why,
        "terms": {
            **{name: getattr(terms, name) for name in ("number", "customer_id", "currency", "kind")},
            **{name: getattr(terms, name) for name in ("subject", "note")},
            **{name: getattr(terms, name).isoformat() for name in ("start", "end", "issue_date", "due_date")},
            "zone": _zone_name(terms.zone),
            "project_ids": terms.project_ids,
            "grouping": terms.grouping.value,
            "rounding": None if terms.rounding is None else _rounding(terms.rounding),
            "hourly_rate": None if terms.hourly_rate is None else _money(terms.hourly_rate),
            "tax_percent": None if terms.tax_percent is None else str(terms.tax_percent),
        },
        "lines": [
            {
                "description": line.description,
                "entry_ids": line.entry_ids,
                "worked": line.worked // _MICROSECOND,
                "time": line.time // _MICROSECOND,
                "quantity": str(line.quantity),
                "hourly_rate": _money(line.hourly_rate),
                "amount": _money(line.amount),
            }
            for line in plan.lines
        ],
        "left_out": [attrs.asdict(each) for each in plan.left_out],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def plan_of_text(text: str, *, name: str = "the plan") -> TimePlan:
    """Read what `plan_text` wrote.

    Raises:
        UsageError: It is no plan, of another version, or was changed: its lines do not give its digest.
    """
    try:
        document = json.loads(text, parse_float=Decimal)
        if document["title"] != _TITLE:
            raise UsageError(f"{name} is no time plan of this version; plan again")
        plan = TimePlan(
            terms=_terms(document["terms"]),
            books=Books(**document["books"]),
            tracker=Books(**document["tracker"]),
            way=TimeWay(document["way"]),
            why=document["why"],
            lines=tuple(map(_line, document["lines"])),
            left_out=tuple(LeftOut(**each) for each in document["left_out"]),
        )
    except UsageError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, InvalidOperation, InvoiceKitError) as failure:
        raise UsageError(f"{name} cannot be read ({type(failure).__name__}); plan again") from None
    if plan.digest != document["digest"]:
        raise UsageError(f"{name} was changed since it was made; plan again")
    return plan


def read_plan(path: str | Path) -> TimePlan:
    """Read a plan's file.

    Raises:
        UsageError: It cannot be read, or holds no plan.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        why = failure.strerror if isinstance(failure, OSError) else "it is no text"
        raise UsageError(f"{path}: cannot be read: {why}") from None
    return plan_of_text(text, name=str(path))


def _terms(given: Mapping[str, Any]) -> TimeTerms:
    rounding = given["rounding"]
    tax = given["tax_percent"]
    return TimeTerms(
        **{name: given[name] for name in ("number", "customer_id", "currency", "kind", "subject", "note")},
        start=datetime.fromisoformat(given["start"]),
        end=datetime.fromisoformat(given["end"]),
        issue_date=date.fromisoformat(given["issue_date"]),
        due_date=date.fromisoformat(given["due_date"]),
        zone=_zone(given["zone"]),
        project_ids=tuple(given["project_ids"]),
        grouping=TimeGrouping(given["grouping"]),
        rounding=None
        if rounding is None
        else Rounding(
            mode=RoundingMode(rounding["mode"]), minutes=rounding["minutes"], per=RoundedPer(rounding["per"])
        ),
        hourly_rate=_read_money(given["hourly_rate"]),
        tax_percent=None if tax is None else Decimal(tax),
    )


def _line(given: Mapping[str, Any]) -> TimeLine:
    rate, amount = _read_money(given["hourly_rate"]), _read_money(given["amount"])
    if rate is None or amount is None:
        raise ValueError("a line has a rate and an amount")
    return TimeLine(
        description=given["description"],
        entry_ids=tuple(given["entry_ids"]),
        worked=given["worked"] * _MICROSECOND,
        time=given["time"] * _MICROSECOND,
        quantity=Decimal(given["quantity"]),
        hourly_rate=rate,
        amount=amount,
    )


def _rounding(rounding: Rounding) -> dict[str, object]:
    return {"mode": rounding.mode.value, "minutes": rounding.minutes, "per": rounding.per.value}


def _money(money: Money) -> str:
    return f"{money.amount:f} {money.currency}"


def _read_money(text: str | None) -> Money | None:
    if text is None:
        return None
    amount, currency = text.split(" ")
    return Money(amount, currency)


def _zone_name(zone: tzinfo) -> str:
    if isinstance(zone, ZoneInfo) and zone.key:
        return zone.key
    offset = zone.utcoffset(None)
    if offset is None:
        raise UsageError("a plan is kept with a zone of the IANA database, or a fixed offset")
    return str(offset // timedelta(seconds=1))


def _zone(name: str) -> tzinfo:
    return timezone(timedelta(seconds=int(name))) if name.lstrip("-").isdigit() else ZoneInfo(name)
