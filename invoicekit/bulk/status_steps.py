"""What a provider's status table says of a step: whether it can be asked for, and what it may cost."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

import attrs

from invoicekit.model import InvoiceStatus, StatusRule

STATUS_WORDS: Mapping[str, InvoiceStatus] = MappingProxyType(
    {status.value: status for status in InvoiceStatus if status is not InvoiceStatus.UNKNOWN}
)
_IRREVERSIBLE_WORDS = {InvoiceStatus.OPEN: "finalize", InvoiceStatus.VOID: "void"}


class Consent(Enum):
    """What a person must allow by name before a step is taken."""

    IRREVERSIBLE = "irreversible"
    """The provider never takes the step back."""
    PAYMENT_LOSS = "payment loss"
    """The step destroys, or may destroy, the payments of an invoice that holds some."""


@attrs.frozen(kw_only=True)
class StatusSteps:
    """The steps of one provider.

    Attributes:
        provider: Its name.
        rules: Its status table, as its capabilities declare it.
    """

    provider: str
    rules: tuple[StatusRule, ...]

    def refusal(self, status: InvoiceStatus) -> str:
        """Say why no invoice can be given this status, and what to do instead; empty where it can.

        PAID is refused everywhere: it follows from a payment, which has an amount and an instant.
        """
        if status is InvoiceStatus.PAID:
            return "follows from a payment; instead: `invoicekit bulk pay`, with its amount and paid_at"
        if self.is_settable(status):
            return ""
        reasons = [rule.via for rule in self.rules if rule.status is status and rule.via]
        why = f" ({reasons[0]})" if reasons else ""
        others = [word for word, one in STATUS_WORDS.items() if one is not status and self.is_settable(one)]
        first, last = ", ".join(others[:-1]), "".join(others[-1:])
        instead = f"; instead: {f'{first} or {last}' if first else last}" if others else ""
        return f"cannot be set at {self.provider}{why}{instead}"

    def is_settable(self, status: InvoiceStatus) -> bool:
        """Tell whether a step to this status may be asked for."""
        return status is not InvoiceStatus.PAID and bool(self._rules_to(status))

    def consents(self, status: InvoiceStatus) -> tuple[Consent, ...]:
        """Return what must be allowed before an invoice is given this status."""
        rules = self._rules_to(status)
        needed = (
            (Consent.IRREVERSIBLE, any(rule.is_irreversible for rule in rules)),
            (Consent.PAYMENT_LOSS, any(rule.destroys_payments_from for rule in rules)),
        )
        return tuple(consent for consent, is_needed in needed if is_needed)

    def _rules_to(self, status: InvoiceStatus) -> tuple[StatusRule, ...]:
        return tuple(rule for rule in self.rules if rule.status is status and rule.is_settable)


def consent_word(consent: Consent, status: InvoiceStatus) -> str:
    """Return what a person types to allow a step: what it does, never only yes."""
    if consent is Consent.PAYMENT_LOSS:
        return "lose payments"
    return _IRREVERSIBLE_WORDS.get(status, f"set {status.value}")
