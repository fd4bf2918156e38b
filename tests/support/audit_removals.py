"""What an audit of the journal must notice, line by line."""

from removal import Removal

_AUDIT = "invoicekit/service/audit.py"
_TESTS = ("tests/service/test_audit.py",)

OF_AN_AUDIT = (
    Removal(
        name="a second one that an audit finds",
        path=_AUDIT,
        line="return Standing.TWICE",
        without="return Standing.ONCE",
        tests=_TESTS,
    ),
    Removal(
        name="writing a second one down that an audit finds",
        path=_AUDIT,
        line="state = IntentState.DUPLICATE",
        without="return",
        tests=_TESTS,
    ),
    Removal(
        name="the amount beside what stands",
        path=_AUDIT,
        line="return Standing.ONCE if asked is None or amounts == [asked] else Standing.DIFFERENT",
        without="return Standing.ONCE",
        tests=_TESTS,
    ),
    Removal(
        name="the other names of a payment",
        path=_AUDIT,
        line="names |= self._adapter.aliases_of(payment)",
        without="pass",
        tests=_TESTS,
    ),
    Removal(
        name="a marker that stands twice, whosoever it is",
        path=_AUDIT,
        line="if name not in known and len(payments) > 1 and markers_in(name)",
        without="if False",
        tests=_TESTS,
    ),
    Removal(
        name="a row on two pages is one payment",
        path=_AUDIT,
        line="rows = list({payment.id or number: payment for number, payment in enumerate(listed)}.values())",
        without="rows = list(listed)",
        tests=_TESTS,
    ),
    Removal(
        name="what looks like a missing payment",
        path=_AUDIT,
        line="alike = [] if payments else [other for other in unclaimed if other.amount == one.amount]",
        without="alike = []",
        tests=_TESTS,
    ),
    Removal(
        name="what an audit could not read",
        path=_AUDIT,
        line="return [one.finding(Standing.UNREAD, error=failure) for one in held]",
        without="return []",
        tests=_TESTS,
    ),
    Removal(
        name="the amount on record",
        path="invoicekit/journal/moves.py",
        line="amount=intent.amount,",
        without="",
        tests=("tests/journal/test_contract.py",),
    ),
)
