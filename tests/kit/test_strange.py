"""Providers that are not like the others are judged as they are: nothing is asked that they lack."""

from typing import ClassVar

import attrs
import pytest
from invoicekit_acorn import Acorn, AcornConfig
from invoicekit_acorn.simulator import AcornSimulator

from invoicekit.adapter import RateWindow, Site
from invoicekit.model import InvoiceStatus
from invoicekit.simulate import Answer, Call
from invoicekit.testing import Subject, Verdict, judge, rule_of
from invoicekit.testing.rewriting import with_word

A_MINUTE = (RateWindow(limit=60, seconds=60.0, is_documented=True),)


class OpenFromTheStart(Acorn):
    """Nothing opens its invoices, and it lets sixty requests a minute in."""

    capabilities: ClassVar = attrs.evolve(
        Acorn.capabilities,
        statuses=tuple(
            attrs.evolve(rule, is_settable=rule.is_settable and rule.status is InvoiceStatus.VOID)
            for rule in Acorn.capabilities.statuses
        ),
    )

    @classmethod
    def site(cls, config: AcornConfig) -> Site:
        return attrs.evolve(super().site(config), windows=A_MINUTE)


class MadeOpen(AcornSimulator):
    def _create(self, call: Call) -> Answer:
        super()._create(call)
        *_, made = self._books.invoices.values()
        made.status = "open"
        return Answer.json(made.document(), status=201)


@pytest.mark.parametrize(
    "rule",
    [
        "reads.other-types",
        "limits.retry-after",
        "statuses.paid-in-parts",
        "writes.on-any-page",
        "writes.garbled-answers",
    ],
)
def test_what_is_open_from_the_start_and_slow_is_judged(rule: str) -> None:
    """No status is set that cannot be, and no call gives up waiting for its turn."""
    subject = Subject(adapter=OpenFromTheStart, simulator=MadeOpen)  # type: ignore[arg-type]  # as the registry

    judgement = judge(subject, rule_of(rule))

    assert judgement.verdict is Verdict.HOLDS, judgement.said


@pytest.mark.parametrize(
    ("document", "changed"),
    [
        ({"status": "open", "name": "open"}, {"status": "new", "name": "open"}),
        ([{"number": "open"}, {"invoiceStatus": "open"}], [{"number": "open"}, {"invoiceStatus": "new"}]),
        ({"state": "open"}, {"state": "new"}),
        ({"state": "paid"}, {"state": "paid"}),
    ],
)
def test_a_word_of_tomorrow_is_put_where_the_word_of_today_stands(document: object, changed: object) -> None:
    """In what is called a status; where nothing is, wherever the word stands."""
    assert with_word(document, "open", "new") == changed


def test_an_error_is_told_with_its_place() -> None:
    """Where in the author's own code it arose: the simulator's as well as the adapter's."""

    class Broken(AcornSimulator):
        def _list(self, call: Call) -> Answer:
            return Answer.json({"data": object()})

    judgement = judge(Subject(adapter=Acorn, simulator=Broken), rule_of("reads.whole-lists"))  # type: ignore[arg-type]

    assert judgement.said == "TypeError: Object of type object is not JSON serializable"
    assert judgement.place.startswith(f"{__name__}, line ")
    assert judgement.place.endswith("in _list")
