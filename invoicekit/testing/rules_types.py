"""Platinum: every value is of the type that the model gives it."""

import types
import typing
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeVar, get_args, get_origin

import attrs

from invoicekit.testing.calls import READS, WRITES, Hand
from invoicekit.testing.rule import Finding, Rule, Tier, Trial


def misfits(value: object, at: str) -> Iterator[str]:
    """Name what is of another type than its class says, however deep."""
    kind: Any = type(value)
    if isinstance(value, list | tuple):
        for position, one in enumerate(value):
            yield from misfits(one, f"{at}[{position}]")
    elif attrs.has(kind):
        known = set(attrs.fields_dict(kind))  # a class may have values of its own beside its fields
        hints = {name: hint for name, hint in typing.get_type_hints(kind).items() if name in known}
        for name, expected in hints.items():
            part, where = getattr(value, name), f"{at}.{name}"
            if not _fits(part, expected):
                yield f"{where} is {part!r}, a {type(part).__name__}"
            yield from misfits(part, where)
    elif isinstance(value, datetime) and value.tzinfo is None:
        yield f"{at} is {value!r}, an instant without an offset"


def _fits(value: object, expected: Any) -> bool:
    origin = get_origin(expected)
    if expected is Any or expected is object or isinstance(expected, TypeVar):
        return True
    if origin in {types.UnionType, typing.Union}:
        return any(_fits(value, one) for one in get_args(expected))
    if origin is tuple:
        element, *_ = get_args(expected)
        return isinstance(value, tuple) and all(_fits(one, element) for one in value)
    if origin is not None:
        return isinstance(value, Mapping) if origin is Mapping else isinstance(value, origin)
    if expected is None:
        return value is None
    if expected is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if expected is date:
        return isinstance(value, date) and not isinstance(value, datetime)
    return isinstance(value, expected)


async def _exact(trial: Trial) -> None:
    for method in trial.offered(*READS, *WRITES):
        bench = trial.bench()
        async with bench.process() as service:
            result = await (await Hand(bench, service).ready(method))(service)
            if found := next(misfits(result, method), None):
                raise Finding(found)


RULES = (
    Rule(
        id="types.exact",
        title="Every value is of the type that the model says: text is text, an instant has its offset",
        why="A date that is text sorts wrongly, and an instant without an offset is hours off in some "
        "accounts: what is compared or summed must be what it says.",
        bug='paid_at=row["date"]  # text, where an instant is meant',
        tier=Tier.PLATINUM,
        check=_exact,
    ),
)
