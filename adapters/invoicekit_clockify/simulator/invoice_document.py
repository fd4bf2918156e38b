"""Write invoices and payments as Clockify does: long, short and for lists."""

from decimal import Decimal

from invoicekit_clockify.simulator.account import Account
from invoicekit_clockify.simulator.invoice import Invoice, Item, Payment
from invoicekit_clockify.simulator.workspace import DAY, Workspace
from invoicekit_clockify.simulator.zone import instant_text


def invoice_document(
    account: Account, workspace: Workspace, invoice: Invoice, *, is_fresh: bool
) -> dict[str, object]:
    """Write the full invoice; `is_fresh` for the answer of a write, which no read lag touches.

    Percents come back times 100 and under other names than PUT takes them.
    """
    totals = invoice.totals
    row = invoice_row(account, workspace, invoice, is_fresh=is_fresh)
    return {
        **row,
        "clientAddress": invoice.client_address,
        "companyId": invoice.company_id,
        "billFrom": invoice.bill_from,
        "userId": invoice.user_id,
        "subject": invoice.subject,
        "note": invoice.note,
        "items": [_item(workspace, item, order) for order, item in enumerate(invoice.items, start=1)],
        "subtotal": totals.subtotal,
        "discount": _hundredfold(invoice.discount),
        "discountAmount": totals.discount,
        "tax": _hundredfold(invoice.tax),
        "taxAmount": totals.tax,
        "tax2": _hundredfold(invoice.tax2),
        "tax2Amount": totals.tax2,
        "taxType": invoice.tax_type,
        "calculationType": "INVOICE_BASED",
        "containsImportedTimes": any(item.entries for item in invoice.items),
        "containsImportedExpenses": False,
        "visibleZeroFields": list(invoice.visible_zero_fields),
    }


def invoice_row(
    account: Account, workspace: Workspace, invoice: Invoice, *, is_fresh: bool = False
) -> dict[str, object]:
    """Write the fields that the list gives."""
    as_of = None if is_fresh else account.payments_seen_until()
    paid = invoice.paid(as_of=as_of)
    amount = invoice.amount
    return {
        "id": invoice.id,
        "number": invoice.number,
        "clientId": invoice.client_id,
        "clientName": workspace.clients[invoice.client_id].name,
        "currency": invoice.currency,
        "issuedDate": instant_text(invoice.issued),
        "dueDate": instant_text(invoice.due),
        "status": invoice.shown_status(now=account.now_seconds(), as_of=as_of),
        "amount": amount,
        "paid": paid,
        "balance": amount - paid,
    }


def search_row(account: Account, workspace: Workspace, invoice: Invoice) -> dict[str, object]:
    """Write the fields that the search gives: the list's and three more."""
    overdue_days = max(0, (account.now_seconds() - invoice.due) // DAY)
    return {
        **invoice_row(account, workspace, invoice),
        "billFrom": invoice.bill_from,
        "daysOverdue": overdue_days,
        "visibleZeroFields": list(invoice.visible_zero_fields),
    }


def created_document(invoice: Invoice) -> dict[str, object]:
    """Write the short answer of create: no status, no amounts."""
    return {
        "id": invoice.id,
        "number": invoice.number,
        "clientId": invoice.client_id,
        "currency": invoice.currency,
        "issuedDate": instant_text(invoice.issued),
        "dueDate": instant_text(invoice.due),
        "billFrom": invoice.bill_from,
    }


def payment_document(payment: Payment) -> dict[str, object]:
    """Write one payment of the list; what was sent as `paymentDate` is read as `date`."""
    return {
        "id": payment.id,
        "amount": payment.amount,
        "author": payment.author,
        "date": instant_text(payment.date),
        "note": payment.note,
    }


def _item(workspace: Workspace, item: Item, order: int) -> dict[str, object]:
    return {
        "order": order,
        "itemType": item.item_type,
        "description": item.description,
        "quantity": item.quantity,
        "unitPrice": item.unit_price,
        "amount": item.amount,
        "applyTaxes": item.apply_taxes,
        "importType": "TIME_ENTRY_IMPORT" if item.entries else "NOT_IMPORTED",
        "timeEntryIds": [workspace.entries[number].id for number in item.entries],
        "expenseIds": [],
    }


def _hundredfold(percent: Decimal) -> float:
    return float(percent * 100)
