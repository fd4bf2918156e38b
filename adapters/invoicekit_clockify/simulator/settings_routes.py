"""Invoice settings: read, and replace with the whole set of labels."""

from collections.abc import Iterable
from decimal import Decimal

from invoicekit.simulate import Answer, Call, Route
from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.fields import Body
from invoicekit_clockify.simulator.invoice import TAX_TYPES
from invoicekit_clockify.simulator.settings import EXPORT_FIELDS, LABELS, InvoiceDefaults
from invoicekit_clockify.simulator.workspace import Workspace

PATH = "/api/v1/workspaces/{workspace_id}/invoices/settings"
LONGEST_LABEL = 20


class SettingsRoutes:
    """The settings calls of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def routes(self) -> Iterable[Route]:
        """Return the routes."""
        yield Route(operation="get_settings", method="GET", path=PATH, answer=self._get, is_write=False)
        yield Route(operation="update_settings", method="PUT", path=PATH, answer=self._put, is_write=True)

    def _get(self, call: Call) -> Answer:
        workspace = self._account.billing(call)
        settings = workspace.settings
        return Answer.json(
            {
                "labels": settings.labels,
                "defaults": _defaults_document(workspace),
                "exportFields": {**settings.export_fields, "RTL": settings.export_fields["rtl"]},
            }
        )

    def _put(self, call: Call) -> Answer:
        workspace = self._account.billing(call)
        body = Body.of(call)
        sent = body.part("labels")
        labels = {name: sent.text(_sent_as(name), most=LONGEST_LABEL) for name in LABELS}
        defaults = body.optional_part("defaults")
        changed = None if defaults is None else _read_defaults(defaults)
        chosen = body.optional_part("exportFields")
        if chosen is not None:
            workspace.settings.export_fields = {
                name: chosen.has(name) and chosen.flag(name) for name in EXPORT_FIELDS
            }
        if changed is not None:
            workspace.settings.defaults = changed
        workspace.settings.labels = labels
        return Answer()


def _sent_as(label: str) -> str:
    """Return the name of a label in PUT, which differs from GET for one of them."""
    return "totalAmountDue" if label == "totalAmount" else label


def _read_defaults(body: Body) -> InvoiceDefaults:
    return InvoiceDefaults(
        notes=body.text("notes"),
        subject=body.text("subject"),
        tax=Decimal(str(body.number("taxPercent"))) if body.has("taxPercent") else Decimal(0),
        tax2=Decimal(str(body.number("tax2Percent"))) if body.has("tax2Percent") else Decimal(0),
        tax_type=body.optional_choice("taxType", TAX_TYPES, "SIMPLE"),
        due_days=body.optional_integer("dueDays", least=0, most=10_000) or 0,
    )


def _defaults_document(workspace: Workspace) -> dict[str, object]:
    defaults = workspace.settings.defaults
    return {
        "companyId": workspace.company_id,
        "dueDays": defaults.due_days,
        "notes": defaults.notes,
        "subject": defaults.subject,
        "taxPercent": float(defaults.tax),
        "tax2Percent": float(defaults.tax2),
        "taxType": defaults.tax_type,
        "itemTypeId": workspace.company_id,
        "defaultImportTimeItemTypeId": workspace.company_id,
        "defaultImportExpenseItemTypeId": workspace.company_id,
    }
