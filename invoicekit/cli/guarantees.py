"""What each write promises, on what that rests, and how doubt shows: for a terminal and for a document."""

from collections.abc import Iterator, Mapping

import attrs
from rich.console import Console
from rich.table import Table

from invoicekit.adapter import Capabilities, Capability, Effect, Idempotency
from invoicekit.cli.provider_matrix import operations_of

_HEAD = ("writes", "promise", "holds as long as", "doubt")


@attrs.frozen(kw_only=True)
class Guarantee:
    """What one kind of write promises.

    Attributes:
        promise: What is true of its effect.
        assumption: What it rests on.
        doubt: What follows a lost answer.
    """

    promise: str
    assumption: str
    doubt: str


_NATURAL_KEY = Guarantee(
    promise="one effect for each key (number, transaction id, name), however often it is asked for",
    assumption="the provider keeps the key, and shows it or refuses it a second time",
    doubt="read back by the key: settled, or OutcomeUnknown until it shows",
)
_MARKER = Guarantee(
    promise='one effect for each reference; with on_doubt="ask" at most one send may ever act',
    assumption='the note is kept letter by letter; with "resend" also: a write shows within settle_seconds',
    doubt="all pages are read for the marker: settled, or OutcomeUnknown; two are DuplicateDetected",
)
_SERVER_KEY = Guarantee(
    promise="one effect for each reference",
    assumption="the provider remembers the key for as long as it says",
    doubt="the same key is sent again (at most 3 sends) while it is remembered, then only read",
)
_VALUE = Guarantee(
    promise="the value asked for last; asking for it again changes nothing",
    assumption="nobody else writes it meanwhile",
    doubt="read, asked for again where it is not there (at most 3 sends), read again",
)
_BLIND_VALUE = Guarantee(
    promise="the value asked for last; asking for it again changes nothing",
    assumption="nobody else writes it meanwhile",
    doubt="no quick read shows it: asked for again (at most 3 sends), else OutcomeUnknown",
)
_UNMARKED = Guarantee(
    promise="one send, never repeated by itself",
    assumption="the journal is kept: without it, one send for each call",
    doubt="OutcomeUnknown, unless the call itself saw it; look at the provider and settle it by hand",
)

_BY_KIND = {
    Idempotency.NATURAL_KEY: _NATURAL_KEY,
    Idempotency.MARKER: _MARKER,
    Idempotency.SERVER_KEY: _SERVER_KEY,
    Idempotency.NONE: _UNMARKED,
}

Providers = Mapping[str, Capabilities]


def guarantee_of(capability: Capability) -> Guarantee | None:
    """Return what an offered write promises; None for a read, and for what is refused."""
    if not capability.is_offered or capability.idempotency is None:
        return None
    if capability.idempotency is Idempotency.SET_VALUE:
        return _VALUE if capability.read_back or capability.effect is not Effect.SET else _BLIND_VALUE
    return _BY_KIND[capability.idempotency]


def guarantees(providers: Providers) -> Iterator[tuple[str, str, str, str]]:
    """Give each kind of promise with the writes it is made for, best first."""
    for guarantee in (_NATURAL_KEY, _MARKER, _SERVER_KEY, _VALUE, _BLIND_VALUE, _UNMARKED):
        made_for = [
            f"{provider}: {', '.join(names)}"
            for provider, capabilities in providers.items()
            if (
                names := [
                    operation
                    for operation in operations_of([capabilities])
                    if guarantee_of(capabilities.of(operation)) is guarantee
                ]
            )
        ]
        if made_for:
            yield "; ".join(made_for), guarantee.promise, guarantee.assumption, guarantee.doubt


def show_guarantees(console: Console, providers: Providers) -> None:
    """Print one block a promise: four columns of prose fit no terminal."""
    for number, row in enumerate(guarantees(providers)):
        if number:
            console.print()
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for head, words in zip(_HEAD, row, strict=True):
            table.add_row(head, words)
        console.print(table, markup=False)


def guarantees_markdown(providers: Providers) -> str:
    """Write the table as Markdown, for the README."""
    rows = [_HEAD, ("---",) * len(_HEAD), *guarantees(providers)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
