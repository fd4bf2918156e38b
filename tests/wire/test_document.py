"""JSON text in and out: exact numbers, bounded shape, no values in errors."""

import json
import traceback
from collections.abc import Callable
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoicekit.errors import InvalidAmount, MalformedResponse, UsageError
from invoicekit.model import MISSING
from invoicekit.wire import Codec

MAX_INT = 2**63 - 1

documents = st.recursive(
    st.none()
    | st.booleans()
    | st.text()
    | st.integers(-MAX_INT, MAX_INT)
    | st.decimals(allow_nan=False, allow_infinity=False, places=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"10.7", Decimal("10.7")),
        (b"0.1", Decimal("0.1")),
        (b"1000.0", Decimal("1000.0")),
        (b"1.10", Decimal("1.10")),
        (b"1E2", Decimal("1E+2")),
        (b"123456789012345678901234567890.123", Decimal("123456789012345678901234567890.123")),
        (b"5e-324", Decimal("5e-324")),
    ],
)
def test_a_fraction_is_an_exact_decimal(codec: Codec, body: bytes, value: Decimal) -> None:
    """No number passes through a float; the digits are kept, trailing zeros included."""
    found = codec.parse(body)

    assert isinstance(found, Decimal)
    assert str(found) == str(value)


@pytest.mark.parametrize("body", ["1e400", "1e-400", "1." + "0" * 1098])
def test_numbers_of_any_sane_size_are_read(codec: Codec, body: str) -> None:
    """The bounds lie beyond everything a double can be written as."""
    assert codec.parse(body.encode()) == Decimal(body)


@pytest.mark.parametrize("body", ["1e401", "1e-401", "1." + "0" * 1099])
def test_numbers_beyond_all_bounds_are_refused(codec: Codec, body: str) -> None:
    """A few bytes must not become a number that fills the memory when printed."""
    with pytest.raises(MalformedResponse, match="number"):
        codec.parse(body.encode())


def test_decimals_do_not_depend_on_the_context(codec: Codec) -> None:
    """A caller's decimal context of three digits loses nothing."""
    with localcontext() as context:
        context.prec = 3
        assert codec.parse(b"12345.6789") == Decimal("12345.6789")


@pytest.mark.parametrize("number", [0, MAX_INT, -MAX_INT, 2**53 + 1])
def test_whole_numbers_are_exact(codec: Codec, number: int) -> None:
    """Every amount up to 63 bits survives, beyond the doubles too."""
    found = codec.parse(str(number).encode())

    assert type(found) is int
    assert found == number


@pytest.mark.parametrize("body", ["{}", "[{}]", '{{"a":[{}]}}', '{{"a":{{"b":{}}}}}'])
@pytest.mark.parametrize("number", [MAX_INT + 1, -MAX_INT - 1, 2**64, 10**30])
def test_larger_whole_numbers_are_refused(codec: Codec, body: str, number: int) -> None:
    """A number beyond 63 bits is no amount of anybody's; it is refused wherever it stands."""
    with pytest.raises(MalformedResponse, match="2\\^63"):
        codec.parse(body.format(number).encode())


def test_digits_in_a_text_are_no_number(codec: Codec) -> None:
    """A bank reference of forty digits is only a text."""
    assert codec.parse(b'{"note":"' + b"9" * 40 + b'"}') == {"note": "9" * 40}


@pytest.mark.parametrize(
    "body",
    [
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b'{"a":NaN}',
        b"{",
        b"[1,]",
        b"{'a':1}",
        b'{"a":1}{',
        b"01",
        b"+1",
        b".5",
        b"1e9999",
        b"1e99999999999999999999",
        b"1." + b"0" * 5000,
        b"1" * 5000,
        b'"\\ud800"',
        b"\xef\xbb\xbf{}",
        b"<html></html>",
    ],
)
def test_what_is_not_json_is_refused(codec: Codec, body: bytes) -> None:
    """Neither JavaScript's numbers nor numbers out of all bounds nor half a document get in."""
    with pytest.raises(MalformedResponse):
        codec.parse(body)


@pytest.mark.parametrize("body", [b"\xff", b'"\xff"', b'{"a":"\xc3"}', '"ü"'.encode("latin-1")])
def test_text_that_is_not_utf8_is_refused(codec: Codec, body: bytes) -> None:
    """JSON is UTF-8; nothing is guessed."""
    with pytest.raises(MalformedResponse):
        codec.parse(body)


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n"])
def test_an_empty_body_is_refused_by_name(codec: Codec, body: bytes) -> None:
    """Whoever expects an empty body does not parse it; whoever parses it learns that it was empty."""
    with pytest.raises(MalformedResponse, match="invoice 7: the body is empty"):
        codec.parse(body, where="invoice 7")


@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_sixty_four_levels_are_read(codec: Codec, opening: bytes, closing: bytes) -> None:
    """The bound is far above what any provider sends."""
    deepest = opening * 63 + b"1" + closing * 63
    body = b"[" + deepest + b",{}" * 100 + b"]"

    assert codec.parse(body) == json.loads(body)


@pytest.mark.parametrize("inner", [b"1", b"[]", b"{}"])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
@pytest.mark.parametrize("depth", [65, 900, 5000, 200_000])
def test_deeper_nesting_is_refused(
    codec: Codec, inner: bytes, opening: bytes, closing: bytes, depth: int
) -> None:
    """A hostile answer costs a typed error, never a RecursionError."""
    with pytest.raises(MalformedResponse, match="nested deeper than 64"):
        codec.parse(opening * depth + inner + closing * depth)


def test_a_document_is_as_deep_as_its_deepest_part(codec: Codec) -> None:
    """One branch too deep among many flat ones is found."""
    with pytest.raises(MalformedResponse, match="nested deeper than 64"):
        codec.parse(b"[{}," + b"[" * 64 + b"]" * 64 + b"]")


def test_a_wide_document_is_not_a_deep_one(codec: Codec) -> None:
    """Thousands of brackets side by side are fine."""
    assert codec.parse(b"[" + b",".join([b"{}"] * 5000) + b"]") == [{}] * 5000


@pytest.mark.parametrize("body", [b'{"note":"s3cret"', b'"s3cret\xff"', b's3cret {"a":1}', b""])
def test_an_error_holds_no_part_of_the_body(codec: Codec, body: bytes) -> None:
    """Neither its text nor the chain behind it; a body may hold what must not be logged."""
    with pytest.raises(MalformedResponse) as caught:
        codec.parse(body)

    error = caught.value
    assert "s3cret" not in f"{error}{error.paths}"
    assert error.__cause__ is None
    assert error.__context__ is None
    assert "s3cret" not in "".join(traceback.format_exception(error))


@given(documents)
def test_what_is_written_reads_the_same(document: object) -> None:
    """Encoding and parsing lose nothing, digits of decimals included."""
    codec = Codec()

    assert codec.parse(codec.encode([document])) == [document]


@given(documents)
def test_ours_is_json_to_others(document: object) -> None:
    """The standard library's reader reads what we write."""
    body = Codec().encode([document])

    assert json.loads(body, parse_float=Decimal) == [document]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("10.5"), b"10.5"),
        (Decimal("10.50"), b"10.50"),
        (Decimal("1E+2"), b"100"),
        (Decimal("1E-10"), b"0.0000000001"),
        (Decimal("123456789012345678901234567890.1"), b"123456789012345678901234567890.1"),
        (Decimal("1E+400"), b"1" + b"0" * 400),
        (Decimal("1E-400"), b"0." + b"0" * 399 + b"1"),
        (MAX_INT, b"9223372036854775807"),
        (-MAX_INT, b"-9223372036854775807"),
    ],
)
def test_a_number_is_written_with_its_digits(codec: Codec, number: Decimal | int, text: bytes) -> None:
    """A plain JSON number, exact, never a text and never with an exponent."""
    assert codec.encode({"amount": number}) == b'{"amount":' + text + b"}"


def test_equal_documents_are_equal_bytes(codec: Codec) -> None:
    """The order in which a dict was filled leaves no trace."""
    assert codec.encode({"b": 1, "a": {"d": 2, "c": 3}}) == codec.encode({"a": {"c": 3, "d": 2}, "b": 1})
    assert codec.encode({"b": 1, "a": 2}) == b'{"a":2,"b":1}'


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        float("nan"),
        Decimal("NaN"),
        Decimal("Infinity"),
        Decimal("sNaN"),
        MAX_INT + 1,
        Decimal("1E+401"),
        Decimal("1E-401"),
    ],
)
def test_a_number_that_is_no_amount_is_not_sent(codec: Codec, value: object) -> None:
    """Floats, NaN and the like never leave, wherever they stand; the error says where that is."""
    with pytest.raises(InvalidAmount, match=r"^\$\.amount: "):
        codec.encode({"amount": value})
    with pytest.raises(InvalidAmount, match=r"^\$\.a\[1\]\.amount: "):
        codec.encode({"a": [0, {"amount": value}]})


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object(), MISSING, {1: 2}, "\ud800"])
def test_what_json_has_no_word_for_is_not_sent(codec: Codec, value: object) -> None:
    """Nothing is turned into text by guess."""
    with pytest.raises(UsageError):
        codec.encode({"field": value})


def nested(depth: int, wrap: Callable[[object], object]) -> object:
    document: object = 1
    for _ in range(depth):
        document = wrap(document)
    return document


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}])
def test_what_is_sent_can_be_read_back(codec: Codec, wrap: Callable[[object], object]) -> None:
    """Both directions have one bound: sixty-four levels pass, one more does not."""
    assert codec.parse(codec.encode([nested(63, wrap)])) == [nested(63, wrap)]
    with pytest.raises(UsageError, match="nested deeper than 64"):
        codec.encode([nested(64, wrap)])


def test_a_document_that_contains_itself_is_not_sent(codec: Codec) -> None:
    """A cycle is a typed error, never a RecursionError."""
    cycle: dict[str, object] = {}
    cycle["self"] = cycle

    with pytest.raises(UsageError, match="nested deeper"):
        codec.encode(cycle)
