"""Skimming reads what a class declares exactly as decoding does."""

import json

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.errors import MalformedResponse
from invoicekit.model import MISSING, Absent
from invoicekit.wire import Codec, named

MAX_INT = 2**63 - 1


def stripped(text: str) -> str:
    return text.strip()


@attrs.frozen(kw_only=True)
class Row:
    id: str = attrs.field(metadata=named("_id"))
    amount: int
    note: str | Absent | None = MISSING
    is_paid: bool | None = None
    short: str = attrs.field(default="", converter=stripped)


WHOLE = b'{"_id":"x","amount":-1,"note":null,"is_paid":true,"short":" a ","more":{"note":[1.5,"b"]}}'

NUMBERS = [
    "0",
    "-1",
    str(MAX_INT),
    str(-MAX_INT),
    str(MAX_INT + 1),
    str(-MAX_INT - 1),
    "1.0",
    "1e2",
    "9" * 40,
]
values = st.sampled_from(
    [*NUMBERS, "null", "true", '"x"', '"\\u00e9"', '"ü"', "[]", "{}", '[{"_id":1}]', "", "tru"]
)
names = st.sampled_from(["_id", "amount", "note", "is_paid", "short"])
members = st.lists(st.tuples(names, values), max_size=7)
documents = members.map(lambda pairs: "{" + ",".join(f'"{name}":{value}' for name, value in pairs) + "}")


def found_by(read: object, body: bytes, cls: type[object]) -> object:
    try:
        return read(body, cls)  # type: ignore[operator] # either of two methods
    except MalformedResponse as fault:
        return fault.paths


@given(st.one_of(documents, st.sampled_from([WHOLE.decode(), "[]", "null", "", "1", '"x"'])))
def test_a_document_is_read_as_by_decoding(document: str) -> None:
    """The same values, or the same complaints."""
    codec = Codec()

    assert found_by(codec.skim, document.encode(), Row) == found_by(codec.decode, document.encode(), Row)


@given(st.lists(documents, max_size=3))
def test_a_list_is_read_as_by_decoding(rows: list[str]) -> None:
    """Row by row."""
    codec = Codec()
    body = f"[{','.join(rows)}]".encode()

    assert found_by(codec.skim, body, tuple[Row, ...]) == found_by(codec.decode, body, tuple[Row, ...])


def test_what_is_declared_is_read(codec: Codec) -> None:
    """Wire names, null kept apart from absent, converters."""
    assert codec.skim(WHOLE, Row) == Row(id="x", amount=-1, note=None, is_paid=True, short="a")
    assert codec.skim(b'[{"_id":"x","amount":1}]', tuple[Row, ...]) == (Row(id="x", amount=1),)


@pytest.mark.parametrize("skipped", [b"9" * 30, b"1e999", b'"\xff"', b"[" * 70 + b"]" * 70])
def test_what_is_not_declared_is_skipped(codec: Codec, skipped: bytes) -> None:
    """It must be JSON, and that is all that is known of it."""
    body = b'{"_id":"x","amount":1,"more":' + skipped + b"}"

    assert codec.skim(body, Row).id == "x"
    with pytest.raises(MalformedResponse):
        codec.skim(body[:-1], Row)


def test_hostile_nesting_is_an_error_and_no_crash(codec: Codec) -> None:
    """Even where it is skipped."""
    with pytest.raises(MalformedResponse, match="nested deeper"):
        codec.skim(b'{"_id":"x","amount":1,"more":' + b"[" * 200_000, Row)


def test_a_complaint_names_every_place(codec: Codec) -> None:
    """As decoding does."""
    body = json.dumps([{"_id": 1, "amount": 1}, {"_id": "x", "amount": "1"}]).encode()

    with pytest.raises(MalformedResponse) as caught:
        codec.skim(body, tuple[Row, ...], where="rows")

    assert caught.value.paths == ("$[0]._id: expected str, got int", "$[1].amount: expected int, got string")


@attrs.frozen
class Nested:
    row: Row


@attrs.frozen
class Loose:
    anything: object


@pytest.mark.parametrize("cls", [Nested, Loose])
def test_a_large_class_is_not_skimmed(codec: Codec, cls: type[object]) -> None:
    """What is worth declaring at length is worth decoding."""
    with pytest.raises(TypeError):
        codec.skim(b"{}", cls)
