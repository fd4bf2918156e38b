"""Ask a person to allow by name what a file of statuses would do for good."""

import sys
from collections.abc import Sequence

import attrs
import typer
from rich.console import Console

from invoicekit.bulk import Consent, ConsentNeed, JobExit
from invoicekit.cli.lines import tell
from invoicekit.errors import UsageError

_SHOWN_RANGES = 10
_KEEP = "keep payments"


@attrs.frozen(kw_only=True)
class Allowed:
    """What was allowed by name.

    Attributes:
        irreversible: Steps that the provider never takes back.
        payment_loss: Steps that may destroy payments; False rejects the rows where they would, None is
            not decided.
    """

    irreversible: bool = False
    payment_loss: bool | None = None

    def decides(self, consent: Consent) -> bool:
        """Tell whether this needs no more asking."""
        return self.irreversible if consent is Consent.IRREVERSIBLE else self.payment_loss is not None


def option_of(consent: Consent) -> str:
    """Name the option that gives a consent."""
    return "--allow-irreversible" if consent is Consent.IRREVERSIBLE else "--allow-payment-loss"


def told(need: ConsentNeed, *, provider: str) -> str:
    """Say what would happen to how many invoices, and where they stand in the file."""
    invoices = "1 invoice is" if need.rows == 1 else f"{need.rows:,} invoices are"
    step = f"{invoices} to be set to {need.status.value}"
    if need.consent is Consent.IRREVERSIBLE:
        return f"{step}, which {provider} never takes back ({_lines(need)})"
    return f"{step}, which destroys, or may destroy, recorded payments ({_lines(need)})"


def hint(need: ConsentNeed, allowed: Allowed) -> str:
    """Say which option the rows need, or which one has decided about them."""
    if need.consent is Consent.PAYMENT_LOSS and allowed.payment_loss is False:
        return "those that hold payments are rejected (--keep-payments)"
    if allowed.decides(need.consent):
        return f"allowed by {option_of(need.consent)}"
    if need.consent is Consent.PAYMENT_LOSS:
        return "needs --allow-payment-loss, or --keep-payments to reject those that hold payments"
    return f"needs {option_of(need.consent)}"


def settled(needs: Sequence[ConsentNeed], allowed: Allowed, *, provider: str) -> Allowed:
    """Return what is allowed once every need is decided: by an option, or by a word that a person types.

    Raises:
        UsageError: It is not allowed; nothing was sent.
        Exit: The person interrupted; nothing was sent.
    """
    missing = [need for need in needs if not allowed.decides(need.consent)]
    if not missing:
        return allowed
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        reasons = "; ".join(f"{told(need, provider=provider)}: it {hint(need, allowed)}" for need in missing)
        raise UsageError(f"{reasons}; nothing was sent")
    try:
        return _asked(missing, allowed, provider=provider)
    except KeyboardInterrupt:
        typer.echo("\nNothing was sent.", err=True)
        raise typer.Exit(JobExit.INTERRUPTED) from None


def _asked(missing: Sequence[ConsentNeed], allowed: Allowed, *, provider: str) -> Allowed:
    console = Console(stderr=True)
    for need in missing:
        if need.consent is Consent.IRREVERSIBLE:
            tell(console, f"{told(need, provider=provider)}.")
            _expect(f"Type {need.word} to go on; anything else stops: ", need.word)
            allowed = attrs.evolve(allowed, irreversible=True)
    losses = [need for need in missing if need.consent is Consent.PAYMENT_LOSS]
    for need in losses:
        tell(console, f"{told(need, provider=provider)}.")
    if losses:
        word = losses[0].word
        question = f"Type {word} to allow that, {_KEEP} to reject those that hold some; anything else stops: "
        allowed = attrs.evolve(allowed, payment_loss=_expect(question, word, _KEEP) == word)
    return allowed


def _expect(question: str, *words: str) -> str:
    """Return the word that was typed.

    Raises:
        UsageError: It is none of them.
    """
    # Not the prompt of a library: standard output is the report's, and an empty line is an answer.
    sys.stderr.write(question)
    sys.stderr.flush()
    answer = " ".join(sys.stdin.readline().split())
    if answer not in words:
        raise UsageError("that was not allowed; nothing was sent")
    return answer


def _lines(need: ConsentNeed) -> str:
    shown = ", ".join(need.lines[:_SHOWN_RANGES])
    is_one = need.rows == 1
    more = "" if len(need.lines) <= _SHOWN_RANGES else ", …"
    return f"{'line' if is_one else 'lines'} {shown}{more}"
