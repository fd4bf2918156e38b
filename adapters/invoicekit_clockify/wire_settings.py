"""Invoice settings: read with some names, written with others, and always as a whole."""

from collections.abc import Mapping

import attrs

from invoicekit.errors import MalformedResponse, UsageError
from invoicekit.model import NO_HEADERS
from invoicekit_clockify.wire import CODEC, document_of

LABEL_LIMIT = 20
_READ_LABELS = {
    "amount": "amount",
    "billFrom": "billFrom",
    "billTo": "billTo",
    "description": "description",
    "discount": "discount",
    "dueDate": "dueDate",
    "issueDate": "issueDate",
    "itemType": "itemType",
    "notes": "notes",
    "paid": "paid",
    "quantity": "quantity",
    "subtotal": "subtotal",
    "tax": "tax",
    "tax2": "tax2",
    "total": "total",
    "totalAmount": "totalAmountDue",
    "unitPrice": "unitPrice",
}
_DEFAULTS = (
    "companyId",
    "dueDays",
    "itemTypeId",
    "notes",
    "subject",
    "tax2Percent",
    "taxPercent",
    "taxType",
)
_EXPORT_FIELDS = ("itemType", "quantity", "rtl", "tax", "tax2", "unitPrice")


@attrs.frozen(kw_only=True)
class InvoiceSettings:
    """The workspace's invoice settings, under the names they are written with.

    Attributes:
        labels: What an invoice calls its parts; every one of them, at most 20 characters each.
        defaults: What a new invoice starts with: notes, subject, taxPercent, dueDays, ….
        export_fields: Which columns an export shows.
        raw: Everything Clockify sent.
        headers: Of the answer that brought it.
    """

    labels: Mapping[str, str]
    defaults: Mapping[str, object]
    export_fields: Mapping[str, bool]
    raw: Mapping[str, object] = attrs.field(factory=dict, repr=False, eq=False)
    headers: Mapping[str, str] = attrs.field(default=NO_HEADERS, repr=False, eq=False)


@attrs.frozen(kw_only=True)
class SettingsChange:
    """Settings to change, by the names of `InvoiceSettings`; all others are kept."""

    labels: Mapping[str, str] = attrs.field(factory=dict)
    defaults: Mapping[str, object] = attrs.field(factory=dict)
    export_fields: Mapping[str, bool] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class _WireSettings:
    labels: Mapping[str, str | None]
    defaults: Mapping[str, object]
    export_fields: Mapping[str, object]


def read_settings(body: bytes, *, headers: Mapping[str, str] = NO_HEADERS) -> InvoiceSettings:
    """Read the settings.

    The label that is written as totalAmountDue is read as totalAmount. Of the defaults, tax and tax2 are
    deprecated doubles of taxPercent and tax2Percent and are left in `raw`.
    Source: vendor OpenAPI document of 2026, GET /v1/workspaces/{workspaceId}/invoices/settings.
    """
    where = "invoice settings"
    raw = document_of(CODEC.parse(body, where=where))
    wire = CODEC.structure(
        {
            "labels": raw.get("labels"),
            "defaults": raw.get("defaults") or {},
            "export_fields": raw.get("exportFields") or {},
        },
        _WireSettings,
        where=where,
    )
    return InvoiceSettings(
        labels={
            written: wire.labels.get(name, wire.labels.get(written)) or ""
            for name, written in _READ_LABELS.items()
        },
        defaults={name: wire.defaults[name] for name in _DEFAULTS if wire.defaults.get(name) is not None},
        export_fields={name: wire.export_fields.get(name) is True for name in _EXPORT_FIELDS},
        raw=raw,
        headers=headers,
    )


def changed(settings: InvoiceSettings, change: SettingsChange) -> InvoiceSettings:
    """Return the settings with the changes put in."""
    return InvoiceSettings(
        labels={**settings.labels, **change.labels},
        defaults={**settings.defaults, **change.defaults},
        export_fields={**settings.export_fields, **change.export_fields},
    )


def check_settings_change(change: SettingsChange) -> None:
    """Refuse names that Clockify does not have, and labels that are too long.

    Raises:
        UsageError: One of these; nothing was sent.
    """
    known = (
        (change.labels, frozenset(_READ_LABELS.values()), "labels"),
        (change.defaults, frozenset(_DEFAULTS), "defaults"),
        (change.export_fields, frozenset(_EXPORT_FIELDS), "export_fields"),
    )
    for asked, names, where in known:
        unknown = sorted(set(asked) - names)
        if unknown:
            raise UsageError(f"{where} knows {', '.join(sorted(names))}; not {', '.join(unknown)}")
    if any(len(label) > LABEL_LIMIT for label in change.labels.values()):
        raise UsageError(f"a label has at most {LABEL_LIMIT} characters")


def encode_settings(settings: InvoiceSettings) -> bytes:
    """Write the settings as a whole: what is left out may be wiped.

    Shape: {"labels": all of them, "defaults": {..., "notes", "subject" required}, "exportFields": {...}}.
    Answer: 200 with an empty body.
    Source: vendor OpenAPI document of 2026, PUT /v1/workspaces/{workspaceId}/invoices/settings.
    Unverified: that defaults and exportFields left out are wiped; both are always sent.

    Raises:
        MalformedResponse: What was read has a label that could not be written back; not sent.
    """
    if any(len(label) > LABEL_LIMIT for label in settings.labels.values()):
        raise MalformedResponse("a label came back longer than Clockify takes it; the settings were not sent")
    return CODEC.encode(
        {
            "labels": settings.labels,
            "defaults": {"notes": "", "subject": "", **settings.defaults},
            "exportFields": settings.export_fields,
        }
    )
