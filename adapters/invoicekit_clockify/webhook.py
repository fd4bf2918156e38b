"""Webhook deliveries: checked against the stored token, and no more than a hint even then."""

import hmac
from collections.abc import Mapping

import attrs

from invoicekit.errors import WebhookRejected
from invoicekit.secret import Secret

SIGNATURE_HEADER = "Clockify-Signature"
EVENT_HEADER = "Clockify-Webhook-Event-Type"


@attrs.frozen(kw_only=True)
class WebhookHint:
    """That something may have happened, on the word of whoever knows the token.

    It holds nothing of the body on purpose. The token signs neither body nor time, so a captured delivery
    can be changed and replayed: read the invoice again before acting on money. Deliveries are lost, too:
    only NEW_INVOICE and INVOICE_UPDATED exist for invoices, none for payments, so a reconciler must poll.

    Attributes:
        event: Clockify's own word, e.g. ``INVOICE_UPDATED``; new words are not refused.
    """

    event: str


def verify_webhook(
    headers: Mapping[str, str], token: Secret, *, signature_header: str = SIGNATURE_HEADER
) -> WebhookHint:
    """Check that a delivery carries the token that was stored when the webhook was made.

    The header holds the token itself. It is no HMAC of the body, so the body is not needed here.
    For an add-on's webhook it is a JWT; besides comparing it here, verify it with the vendor's key.
    Source: five public webhook receivers and the vendor's add-on documentation. One peer names the header
        Clockify-Signature-Token from documentation alone; give `signature_header` where that is so.

    Raises:
        WebhookRejected: The header is missing, comes twice, or holds something else.
    """
    if not token:
        raise WebhookRejected("no token is stored for this webhook, so no delivery can be accepted")
    given = _header(headers, signature_header)
    if not hmac.compare_digest(given.encode(), token.reveal().encode()):
        raise WebhookRejected(f"the delivery's {signature_header} is not the token of this webhook")
    return WebhookHint(event=_header(headers, EVENT_HEADER))


def _header(headers: Mapping[str, str], name: str) -> str:
    values = [value for key, value in headers.items() if key.lower() == name.lower()]
    if len(values) != 1 or not values[0]:
        raise WebhookRejected(f"the delivery has no single {name} header")
    return values[0]
