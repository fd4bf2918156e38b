"""From the bytes of an invoice to typed values: strictly here, against what is commonly used.

What the numbers cannot show: whether the values are right. So the second part feeds each side an amount that
is none (10.7, "100", null, true) and says what became of it. Other documents than this one, with more text or
fewer fields, shift the ratios.

Method. One invoice of Clockify's shape, one line, 1.3 kB. CPU of many decodes in a row, sides in turn in thin
slices; ratios round by round, their median is the result.

wire      bytes -> frozen attrs class, strictly, exact numbers, unknown fields kept aside
neutral   bytes -> wire -> `Invoice` of the neutral model
cattrs    ``json.loads`` and a default converter, to a class with the same fields
pydantic  ``validate_json`` of a model with the same fields; only where it is installed

    python benchmarks/decode.py [--rounds N] [--decodes N]
"""

import argparse
import asyncio
import json
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from types import GenericAlias

import attrs
import cattrs
from fake_clockify import an_invoice
from payment_peers import Invoice, Item
from rounds import Side, cpu_seconds, interleave, ratios, report, report_environment, spread

from invoicekit.errors import InvoiceKitError
from invoicekit_clockify.wire_invoice import read_invoice

BENCH = "decode"
INVOICE_ID = "64c7f00dfcab07cfbb2f0001"
SLICES = 10
HOSTILE = {"fraction": "10.7", "text": '"100"', "null": "null", "true": "true"}
Decode = Callable[[bytes], object]


def decoders() -> dict[str, Decode]:
    """Return every side that can be measured here."""
    converter = cattrs.Converter()
    sides: dict[str, Decode] = {
        "wire": lambda body: read_invoice(body).wire.amount,
        "neutral": lambda body: read_invoice(body).invoice(),
        "cattrs": lambda body: converter.structure(json.loads(body), Invoice).amount,
    }
    if find_spec("pydantic") is not None:
        sides["pydantic"] = _pydantic_decoder()
    return sides


def _pydantic_decoder() -> Decode:
    # By name, so that the types can be checked where it is not installed.
    pydantic = import_module("pydantic")

    def model(name: str, of: type, **other: object) -> type:
        fields = {field.name: (field.type, ...) for field in attrs.fields(of)}
        made = pydantic.create_model(name, **{**fields, **other})
        assert isinstance(made, type)
        return made

    line = model("Line", Item)
    whole = pydantic.TypeAdapter(model("Whole", Invoice, items=(GenericAlias(list, line), ...)))
    return lambda body: whole.validate_json(body).amount


def side_of(decode: Decode, body: bytes, decodes: int) -> Side:
    """Return what measures one slice, in CPU seconds."""

    async def measure() -> float:
        started = cpu_seconds()
        for _ in range(decodes):
            decode(body)
        return cpu_seconds() - started

    return measure


def became(decode: Decode, amount: str) -> str:
    """Say what a side made of an amount that is none."""
    body = an_invoice(INVOICE_ID).replace(b'"amount": 20000, "paid"', f'"amount": {amount}, "paid"'.encode())
    try:
        found = decode(body)
    except (InvoiceKitError, ValueError, TypeError, cattrs.BaseValidationError):
        return "refused"
    return repr(getattr(found, "total", found))


async def compare(rounds: int, decodes: int) -> None:
    """Measure, and show what each side takes for an amount."""
    body = an_invoice(INVOICE_ID)
    sides = decoders()
    costs = await interleave(
        {name: side_of(decode, body, decodes) for name, decode in sides.items()}, rounds, SLICES
    )
    for name, values in costs.items():
        per_decode = [value / (SLICES * decodes) * 1e6 for value in values]
        report(BENCH, side=name, microseconds=spread(per_decode, 2))
    for ours in ("wire", "neutral"):
        for other in sides.keys() - {"wire", "neutral"}:
            report(BENCH, ratio=f"{ours}/{other}", **spread(ratios(costs, ours, other)))
    for name, decode in sides.items():
        report(BENCH, side=name, hostile={kind: became(decode, text) for kind, text in HOSTILE.items()})


def main() -> None:
    """Read the arguments and measure."""
    parser = argparse.ArgumentParser(description="CPU of decoding an invoice.")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--decodes", type=int, default=200, help="decodes of one side in one slice")
    given = parser.parse_args()
    optional = ("pydantic",) if find_spec("pydantic") is not None else ()
    report_environment(BENCH, "invoicekit", "attrs", "cattrs", "msgspec", *optional)
    asyncio.run(compare(given.rounds, given.decodes))


if __name__ == "__main__":
    main()
