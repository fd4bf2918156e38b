"""JSON in and out for adapters: exact, strict, and the same for everyone.

Decode. Keep one codec per adapter module, and one frozen attrs class per document, with the wire's own
names as attribute names::

    CODEC = Codec()

    @attrs.frozen(kw_only=True)
    class PaymentWire:
        id: str                                        # required, a string, not null
        amount: int                                    # 10.7, "100", true and null are errors
        rate: Decimal                                  # any JSON number, exact; strings are errors
        note: str | Absent | None = MISSING            # may be absent (MISSING) or null (None)
        key: str = attrs.field(metadata=named("_id"))  # a name Python does not allow

    wire = CODEC.decode(response.body, PaymentWire, where=f"payment {payment_id}")

    raw = CODEC.parse(response.body)                   # to keep `raw`, parse first, then
    wires = CODEC.structure(raw, tuple[PaymentWire, ...])

    head = CODEC.skim(response.body, PaymentHead)      # a few plain fields of much, the rest unread
    raw = CODEC.later(response.body)                   # a mapping, parsed when somebody looks into it

A field may be declared as ``str``, ``int``, ``bool``, ``Decimal``, `DecimalText` (a decimal sent as a
string), ``object`` (kept as decoded), another wire class, ``tuple[X, ...]`` (a JSON array),
``Mapping[str, X]`` or ``dict[str, X]`` (a JSON object), or a union of those that differ in their JSON
kind, such as ``Decimal | DecimalText | None``. Unknown fields are ignored. Statuses and other words
stay ``str``, so that a new word never fails. Every fault becomes one `MalformedResponse` whose `paths`
name every place (``$.items[3].unitPrice: expected int, got string``) and never a value.
An empty body is an error of `parse`: where the provider documents none, do not call it.

Encode. ``CODEC.encode({"amount": 1200, "note": marker})`` returns bytes with sorted keys. A `Decimal`
becomes a plain number with exactly its digits; floats are refused. Leave a field out by leaving it out.

Amounts. The scale belongs to the field: ``MINOR_BY_EXPONENT``, ``HUNDREDTHS`` (always times 100),
``MAJOR_DECIMAL``, ``MAJOR_TEXT`` (decimals as text), each with ``read(value, currency) -> Money`` and
``write(money)``; ``PERCENT_X100`` and
``QUANTITY_X100`` have ``read(value) -> Decimal`` and ``write(number) -> int``. Other scales are made from
`FixedPlaces`, `MajorDecimal` and `ScaledNumber`. What does not fit exactly raises `InvalidAmount`.

Time. `read_instant`, `write_instant` (whole seconds, Z), `read_date`, `write_midnight`, `read_duration`.

Paths. ``PathTemplate("/v1/workspaces/{workspace}/invoices/{invoice}", pattern=HEX_24)`` once, then
``.fill(workspace=..., invoice=...)``: an id that does not match raises `InvalidIdentifier`.

Content. ``canonical(invoice_id=..., amount=..., paid_at=...)`` is the text for `Write.content`.
"""

from invoicekit.wire.canonical_text import canonical
from invoicekit.wire.codec import Codec
from invoicekit.wire.command_text import read_command, write_command
from invoicekit.wire.instant import read_date, read_duration, read_instant, write_instant, write_midnight
from invoicekit.wire.path import HEX_24, PathTemplate, checked_id
from invoicekit.wire.scale import (
    HUNDREDTHS,
    MAJOR_DECIMAL,
    MAJOR_TEXT,
    MINOR_BY_EXPONENT,
    PERCENT_X100,
    QUANTITY_X100,
    AmountScale,
    FixedPlaces,
    MajorDecimal,
    MinorByExponent,
    ScaledNumber,
)
from invoicekit.wire.strict import DecimalText, named
from invoicekit.wire.unparsed import Unparsed

__all__ = [
    "HEX_24",
    "HUNDREDTHS",
    "MAJOR_DECIMAL",
    "MAJOR_TEXT",
    "MINOR_BY_EXPONENT",
    "PERCENT_X100",
    "QUANTITY_X100",
    "AmountScale",
    "Codec",
    "DecimalText",
    "FixedPlaces",
    "MajorDecimal",
    "MinorByExponent",
    "PathTemplate",
    "ScaledNumber",
    "Unparsed",
    "canonical",
    "checked_id",
    "named",
    "read_command",
    "read_date",
    "read_duration",
    "read_instant",
    "write_command",
    "write_instant",
    "write_midnight",
]
