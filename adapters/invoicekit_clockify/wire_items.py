"""Lines to be added to an invoice, and the import of tracked time."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from enum import Enum

import attrs

from invoicekit.errors import (
    ConfigurationError,
    CurrencyMismatch,
    MalformedResponse,
    UnsupportedOperation,
    UsageError,
)
from invoicekit.model import NewLineItem
from invoicekit.wire import HEX_24, QUANTITY_X100, checked_id
from invoicekit_clockify.wire import AMOUNT, CODEC, wall_clock
from invoicekit_clockify.wire_invoice import InvoiceRecord, WireItem

_TAXES = {(): "NONE", (1,): "TAX1", (2,): "TAX2", (1, 2): "TAX1TAX2"}
_ALL_TAXES = "TAX1TAX2"


@attrs.frozen(kw_only=True)
class Line:
    """A line in the wire's own units, as it is sent and as it is recognised again.

    Attributes:
        quantity: Hundredths of a unit.
        unit_price: Wire units of money.
        currency: What the caller's price is in; it must be the invoice's.
    """

    description: str
    item_type: str
    quantity: int
    unit_price: int
    apply_taxes: str
    currency: str

    @classmethod
    def of(cls, new: NewLineItem, default_type: str | None = None) -> "Line":
        """Turn a neutral line into the wire's.

        Taxes are named by position, from 1; without any wish the line bears all of the invoice's.

        Raises:
            ConfigurationError: No item type: Clockify wants the name of one that exists, and lists them
                nowhere.
            UnsupportedOperation: Other taxes than the first and the second.
            InvalidAmount: More decimals than the wire has.
        """
        item_type = new.kind or default_type
        if not item_type:
            raise ConfigurationError(
                "a Clockify line needs the name of an item type that exists in the workspace (invoice "
                "settings of the web page); it cannot be guessed: give the line kind=, or set item_type "
                "(INVOICEKIT_CLOCKIFY_ITEM_TYPE)"
            )
        taxes = _ALL_TAXES if new.taxes is None else _TAXES.get(tuple(sorted(set(new.taxes))))
        if taxes is None:
            raise UnsupportedOperation("a Clockify line bears tax 1, tax 2, both or none")
        return cls(
            description=new.description,
            item_type=item_type,
            quantity=QUANTITY_X100.write(new.quantity),
            unit_price=AMOUNT.write(new.unit_price),
            apply_taxes=taxes,
            currency=new.unit_price.currency,
        )

    def is_like(self, item: WireItem) -> bool:
        """Tell whether a line that was read says the same."""
        return (
            item.description == self.description
            and item.quantity == self.quantity
            and item.unit_price == self.unit_price
            and item.item_type == self.item_type
        )

    def count_in(self, record: InvoiceRecord) -> int:
        """Return how many lines of the invoice say the same."""
        return sum(self.is_like(item) for item in record.items)

    def check_currency(self, record: InvoiceRecord) -> None:
        """Refuse a price in another currency than the invoice's.

        Raises:
            CurrencyMismatch: They differ, or the invoice does not say.
        """
        if record.currency != self.currency:
            raise CurrencyMismatch(
                f"invoice {record.id} is in {record.currency or 'no known currency'}, "
                f"the line in {self.currency}"
            )

    def check_amounts(self, record: InvoiceRecord) -> None:
        """Make sure that the provider computed what we meant: price times quantity, to a unit's rounding.

        Raises:
            MalformedResponse: The line is not there, or is billed at another amount, e.g. at a hundredth.
        """
        added = [item for item in record.items if self.is_like(item)]
        if not added:
            raise MalformedResponse(f"invoice {record.id} came back without the line that was added")
        for item in added:
            meant = self.quantity * self.unit_price
            if not isinstance(item.amount, int) or abs(item.amount * 100 - meant) >= 100:
                raise MalformedResponse(
                    f"invoice {record.id} bills an added line at another amount than price times quantity",
                    paths=("$.items[*].amount: not unitPrice * quantity / 100",),
                )


def encode_item(line: Line) -> bytes:
    """Write one line.

    Shape: {"applyTaxes", "description", "itemType", "quantity", "unitPrice"}, all required; itemType is the
    name of an item type that exists. The server bills unitPrice * quantity / 100. Answer: 200 (not 201) with
    the full invoice; an unknown item type is 404 with code 501.
    Source: vendor OpenAPI document of 2026, POST /v1/workspaces/{workspaceId}/invoices/{invoiceId}/items;
        answer, refusal and formula: peer's live probes of 2026.
    Unverified: that quantity is the factor in hundredths. The product does not depend on it, and the
        amount that comes back is compared.
    """
    return CODEC.encode(
        {
            "applyTaxes": line.apply_taxes,
            "description": line.description,
            "itemType": line.item_type,
            "quantity": line.quantity,
            "unitPrice": line.unit_price,
        }
    )


class Grouping(Enum):
    """How imported time becomes lines."""

    SINGLE_ITEM = "SINGLE_ITEM"
    GROUPED = "GROUPED"
    DETAILED = "DETAILED"


@attrs.frozen(kw_only=True)
class TimeImport:
    """Which tracked time to import, and how it becomes lines.

    There is no choice of single entries: Clockify takes every billable, uninvoiced entry of the
    invoice's client in the window and the projects, marks it invoiced and links it to its line.

    Attributes:
        start, end: Aware instants, in whole seconds.
        zone: The account's zone (`current_user().time_zone`), in whose wall clock the window is sent.
        project_ids: Only these projects; empty means all.
        group_by, then_by: USER, PROJECT, DATE, and for `then_by` also TASK, DESCRIPTION or NONE.
        fields: What a DETAILED line's description shows: PROJECT, TASK, TAGS, DESCRIPTION, DATE, USER.
    """

    start: datetime
    end: datetime
    zone: tzinfo
    grouping: Grouping = Grouping.GROUPED
    project_ids: tuple[str, ...] = ()
    group_by: str | None = None
    then_by: str | None = None
    fields: tuple[str, ...] = ()
    with_expenses: bool = False
    round_durations: bool = False


def encode_import(wanted: TimeImport) -> bytes:
    """Write an import of time.

    Shape: required from, to, importExpenses, projectFilter {contains, ids, status}, timeEntryGroupType;
    optional timeEntryPrimaryGroupBy, timeEntrySecondaryGroupBy, timeEntryFieldsForDetailedGroup,
    roundTimeEntryDuration. Answer: 200 with the full invoice, whose lines carry timeEntryIds.
    Source: vendor OpenAPI document of 2026, POST .../invoices/{invoiceId}/items/import; live 200 as a
        verified no-op. Only billable and uninvoiced entries are taken: vendor help.
    Unverified: that the window is wall clock in the account's zone, as it is for user time entries; that
        an empty CONTAINS filter would take nothing, so all projects are asked for as "does not contain".

    Raises:
        UsageError: The window is empty.
    """
    if wanted.start >= wanted.end:
        raise UsageError("an import needs a start before its end")
    document: dict[str, object] = {
        "from": wall_clock(wanted.start, wanted.zone),
        "to": wall_clock(wanted.end, wanted.zone),
        "importExpenses": wanted.with_expenses,
        "projectFilter": _projects(wanted.project_ids),
        "timeEntryGroupType": wanted.grouping.value,
        "roundTimeEntryDuration": wanted.round_durations,
    }
    if wanted.group_by is not None:
        document["timeEntryPrimaryGroupBy"] = wanted.group_by
    if wanted.then_by is not None:
        document["timeEntrySecondaryGroupBy"] = wanted.then_by
    if wanted.fields:
        document["timeEntryFieldsForDetailedGroup"] = list(dict.fromkeys(wanted.fields))
    return CODEC.encode(document)


def _projects(ids: Sequence[str]) -> dict[str, object]:
    distinct = [checked_id("project", one, HEX_24) for one in dict.fromkeys(ids)]
    return {"contains": "CONTAINS" if distinct else "DOES_NOT_CONTAIN", "ids": distinct, "status": "ALL"}
