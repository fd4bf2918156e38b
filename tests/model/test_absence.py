"""Missing, null, unsupported and present are four different things."""

import copy
import pickle

import attrs
import pytest

from invoicekit.model import MISSING, UNSUPPORTED, Absent, Customer, Invoice, InvoiceChange, TimeEntry


def test_the_four_states_are_told_apart() -> None:
    """Not in this answer; not at this provider; the provider's null; a value."""
    customers = [Customer(id="c", email=email) for email in (MISSING, UNSUPPORTED, None, "")]

    assert len({customer.email for customer in customers}) == 4
    assert len(set(customers)) == 4


@pytest.mark.parametrize("absent", [MISSING, UNSUPPORTED])
def test_what_is_absent_is_false(absent: Absent) -> None:
    """`if invoice.note:` reads the same whether there is none or none was sent."""
    assert not absent


@pytest.mark.parametrize("absent", [MISSING, UNSUPPORTED])
def test_absence_is_one_object_everywhere(absent: Absent) -> None:
    """`is` works after a copy and in another process."""
    assert copy.copy(absent) is absent
    assert copy.deepcopy(absent) is absent
    assert pickle.loads(pickle.dumps(absent)) is absent  # noqa: S301 -- our own bytes


def test_absence_says_what_it_is() -> None:
    """In a repr it cannot be taken for a value."""
    assert repr(MISSING) == "Absent.MISSING"
    assert "note=Absent.MISSING" in repr(Invoice(id="i"))


@pytest.mark.parametrize("cls", [Invoice, Customer, TimeEntry])
def test_what_was_not_said_is_missing(cls: type[attrs.AttrsInstance]) -> None:
    """A record built from its id alone claims nothing: no field is null or empty by default."""
    record = cls(id="x")  # type: ignore[call-arg]
    claims = {
        field.name: getattr(record, field.name)
        for field in attrs.fields(cls)
        if field.type is not None and "Absent" in str(field.type)
    }

    assert claims
    assert set(claims.values()) == {MISSING}


def test_an_unknown_flag_is_neither_true_nor_false() -> None:
    """A read that cannot tell must not say "not invoiced": the entry would be billed twice."""
    assert TimeEntry(id="t").invoiced is None


def test_a_change_tells_leave_from_clear() -> None:
    """A field that is not named stays as it is; None clears it."""
    change = InvoiceChange(note=None)

    assert change.note is None
    assert change.subject is MISSING
