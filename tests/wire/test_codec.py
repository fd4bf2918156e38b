"""Typed reading: strict, complete in its complaints, blind to values."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated

import attrs
import pytest

from invoicekit.errors import MalformedResponse
from invoicekit.model import MISSING, Absent
from invoicekit.wire import Codec, DecimalText, named

ZERO = DecimalText(Decimal(0))


class Colour(Enum):
    RED = "red"


@attrs.frozen(kw_only=True)
class Line:
    description: str | None = None
    unitPrice: int  # noqa: N815 -- the wire's own name
    lines: "tuple[Line, ...]" = ()


@attrs.frozen(kw_only=True)
class Document:
    id: str = attrs.field(metadata=named("_id"))
    amount: int = 0
    rate: Decimal = Decimal(0)
    flag: bool = False
    items: tuple[Line, ...] = ()
    note: str | Absent | None = MISSING
    due: str | Absent = MISSING
    total: Decimal | DecimalText | None = None
    text_total: DecimalText = ZERO
    either: int | Line | tuple[int, ...] = 0
    by_name: int | Mapping[str, int] = 0
    text_or_null: DecimalText | None = None
    number: Decimal | int = 0
    labelled: Annotated[int, "pieces"] = 0
    counts: Mapping[str, int] = attrs.field(factory=dict)
    anything: object = None


def read(codec: Codec, **fields: object) -> Document:
    return codec.structure({"_id": "x", **fields}, Document)


def paths(codec: Codec, raw: object, cls: type[object] = Document) -> tuple[str, ...]:
    with pytest.raises(MalformedResponse) as caught:
        codec.structure(raw, cls)
    return caught.value.paths


def test_a_whole_document_is_read(codec: Codec) -> None:
    """Bytes in, a typed value out, nested ones included."""
    body = (
        b'{"_id":"64ae","amount":12000,"rate":1000.5,"flag":true,"note":null,'
        b'"items":[{"description":"work","unitPrice":500,"lines":[{"unitPrice":1}]}],"counts":{"a":1}}'
    )

    found = codec.decode(body, Document)

    assert found == Document(
        id="64ae",
        amount=12000,
        rate=Decimal("1000.5"),
        flag=True,
        note=None,
        items=(Line(description="work", unitPrice=500, lines=(Line(unitPrice=1),)),),
        counts={"a": 1},
    )


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("amount", Decimal("10.7"), "$.amount: expected int, got decimal"),
        ("amount", Decimal("10.0"), "$.amount: expected int, got decimal"),
        ("amount", "100", "$.amount: expected int, got string"),
        ("amount", True, "$.amount: expected int, got bool"),
        ("amount", None, "$.amount: expected int, got null"),
        ("rate", "1.5", "$.rate: expected number, got string"),
        ("rate", True, "$.rate: expected number, got bool"),
        ("_id", None, "$._id: expected str, got null"),
        ("_id", 7, "$._id: expected str, got int"),
        ("_id", {"a": 1}, "$._id: expected str, got object"),
        ("_id", ["x"], "$._id: expected str, got array"),
        ("flag", "false", "$.flag: expected bool, got string"),
        ("flag", 0, "$.flag: expected bool, got int"),
        ("items", "abc", "$.items: expected array, got string"),
        ("items", {"0": 1}, "$.items: expected array, got object"),
        ("items", [[]], "$.items[0]: expected object, got array"),
        ("note", 5, "$.note: expected str or null, got int"),
        ("due", None, "$.due: expected str, got null"),
        ("total", True, "$.total: expected number or decimal text or null, got bool"),
        ("total", "1e5", "$.total: expected decimal text, got string"),
        ("text_total", 5, "$.text_total: expected decimal text, got int"),
        ("either", "x", "$.either: expected int or object or array, got string"),
        ("counts", [], "$.counts: expected object, got array"),
        ("counts", {"private": "x"}, "$.counts[*]: expected int, got string"),
    ],
)
def test_nothing_is_coerced(codec: Codec, field: str, value: object, path: str) -> None:
    """A value of another type is an error that names the place, both types, and not the value."""
    assert paths(codec, {"_id": "x", field: value}) == (path,)


def test_every_bad_place_is_named_at_once(codec: Codec) -> None:
    """One bug report tells the whole difference between the documentation and the wire."""
    raw = {
        "amount": "1",
        "items": [{"unitPrice": 1}, {"unitPrice": 1.5}, {"lines": [{"unitPrice": None}]}],
        "note": 5,
    }

    assert paths(codec, raw) == (
        "$._id: missing",
        "$.amount: expected int, got string",
        "$.items[1].unitPrice: expected int, got float",
        "$.items[2].unitPrice: missing",
        "$.items[2].lines[0].unitPrice: expected int, got null",
        "$.note: expected str or null, got int",
    )


def test_the_message_names_the_document_and_the_first_places(codec: Codec) -> None:
    """Short enough for a log line; the rest is in `paths`."""
    raw = {"_id": 1, "amount": "1", "flag": 1, "note": 5}

    with pytest.raises(MalformedResponse) as caught:
        codec.structure(raw, Document, where="invoice 64ae")

    assert str(caught.value).startswith("invoice 64ae: not what the provider documents: $._id: expected str")
    assert str(caught.value).endswith("and 1 more")


def test_three_places_fit_the_message(codec: Codec) -> None:
    """Nothing is said to be more when nothing is."""
    with pytest.raises(MalformedResponse) as caught:
        codec.structure({"_id": 1, "amount": "1", "flag": 1}, Document)

    assert str(caught.value).endswith("$.flag: expected bool, got int")


def test_an_error_holds_no_value(codec: Codec) -> None:
    """Values may be anybody's secrets; neither text nor chain shows one."""
    raw = {"_id": "x", "amount": "s3cret", "counts": {"s3cret": "s3cret"}, "total": "s3cret"}

    with pytest.raises(MalformedResponse) as caught:
        codec.structure(raw, Document)

    assert "s3cret" not in f"{caught.value}{caught.value.paths}"
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_hostile_list_costs_a_bounded_report(codec: Codec) -> None:
    """A million wrong items do not become a million complaints."""
    found = paths(codec, ["x"] * 100_000, tuple[int, ...])

    assert len(found) == 20
    assert found[0] == "$[0]: expected int, got string"


def test_a_hostile_document_costs_a_bounded_report(codec: Codec) -> None:
    """Nor do many wrong lists; what is left out is said."""
    raw = [{"lines": ["x"] * 30}] * 30

    found = paths(codec, raw, tuple[Line, ...])

    assert len(found) == 101
    assert found[-1] == "$: and more"


def test_null_alone_can_be_declared(codec: Codec) -> None:
    """A field that is always null today is told from one that is not."""
    assert codec.structure([None], tuple[None, ...]) == (None,)
    assert paths(codec, [None, 0], tuple[None, ...]) == ("$[1]: expected null, got int",)


def test_a_private_name_is_its_own(codec: Codec) -> None:
    """A field with an underscore is read under the underscore, whatever the constructor calls it."""

    @attrs.frozen
    class Report:
        _id: str

    assert codec.structure({"_id": "x"}, Report) == Report(id="x")


def test_absent_null_and_present_are_told_apart(codec: Codec) -> None:
    """MISSING is "not in this answer", None is the provider's null."""
    assert read(codec).note is MISSING
    assert read(codec, note=None).note is None
    assert read(codec, note="").note == ""


def test_unknown_fields_are_ignored(codec: Codec) -> None:
    """A provider may add fields; they stay in the raw document."""
    assert read(codec, brandNew={"a": 1}) == Document(id="x")


def test_a_whole_number_fits_a_decimal_field(codec: Codec) -> None:
    """JSON writes ten as 10; a Decimal field takes it, exactly."""
    found = read(codec, rate=10).rate

    assert isinstance(found, Decimal)
    assert found == 10


@pytest.mark.parametrize("text", ["3000.00", "-0.5", "0", "123456789012345678901234567890.12"])
def test_a_decimal_text_is_read_where_declared(codec: Codec, text: str) -> None:
    """Some providers send amounts as text; only a field that says so takes them."""
    assert read(codec, text_total=text).text_total == Decimal(text)
    assert read(codec, total=text).total == Decimal(text)


@pytest.mark.parametrize(
    "text", ["", " 1", "1 ", "1e5", "NaN", "Infinity", "1_000", "\u0661", "1,5", "+1", ".5"]
)
def test_a_decimal_text_is_plain(codec: Codec, text: str) -> None:
    """What only Python's Decimal would take for a number is none of a provider's."""
    assert paths(codec, {"_id": "x", "text_total": text}) == (
        "$.text_total: expected decimal text, got string",
    )


@pytest.mark.parametrize(
    ("value", "found"), [(1, 1), ({"unitPrice": 2}, Line(unitPrice=2)), ([1, 2], (1, 2))]
)
def test_a_union_chooses_by_json_kind(codec: Codec, value: object, found: object) -> None:
    """A field that comes as a number here and as an object there is read as what it is."""
    assert read(codec, either=value).either == found


def test_a_mapping_may_be_in_a_union(codec: Codec) -> None:
    """An object without fixed fields is a JSON kind like others."""
    assert read(codec, by_name={"a": 1}).by_name == {"a": 1}
    assert paths(codec, {"_id": "x", "by_name": {"a": "1"}}) == ("$.by_name[*]: expected int, got string",)


def test_faults_inside_a_union_are_placed(codec: Codec) -> None:
    """The chosen member's own faults are named."""
    assert paths(codec, {"_id": "x", "either": {"unitPrice": "1"}}) == (
        "$.either.unitPrice: expected int, got string",
    )


def test_a_bare_array_is_read(codec: Codec) -> None:
    """Some lists come without an envelope."""
    assert codec.decode(b'[{"unitPrice":1},{"unitPrice":2}]', tuple[Line, ...]) == (
        Line(unitPrice=1),
        Line(unitPrice=2),
    )


@pytest.mark.parametrize(("raw", "kind"), [("abc", "string"), ({"a": 1}, "object")])
def test_what_python_can_iterate_is_not_an_array(codec: Codec, raw: object, kind: str) -> None:
    """A text is no list of its letters, an object no list of its keys."""
    assert paths(codec, raw, tuple[str, ...]) == (f"$: expected array, got {kind}",)


def test_a_decimal_text_may_be_null(codec: Codec) -> None:
    """Null or a number in a text; a text that is no number stays an error."""
    assert read(codec, text_or_null=None).text_or_null is None
    assert read(codec, text_or_null="1.50").text_or_null == Decimal("1.50")
    assert paths(codec, {"_id": "x", "text_or_null": "abc"}) == (
        "$.text_or_null: expected decimal text, got string",
    )


@pytest.mark.parametrize("value", [10, Decimal("10.0")])
def test_a_field_of_both_numbers_keeps_which_came(codec: Codec, value: int | Decimal) -> None:
    """Where it matters whether a fraction was written."""
    found = read(codec, number=value).number

    assert type(found) is type(value)
    assert found == value


def test_a_label_on_a_type_changes_nothing(codec: Codec) -> None:
    """Annotations for people are read past."""
    assert read(codec, labelled=3).labelled == 3
    assert paths(codec, {"_id": "x", "labelled": "3"}) == ("$.labelled: expected int, got string",)


def test_an_envelope_is_not_an_array(codec: Codec) -> None:
    """Taking one for the other is a fault, not an empty list."""
    assert paths(codec, {"invoices": []}, tuple[Line, ...]) == ("$: expected array, got object",)


def test_any_object_is_kept_as_decoded(codec: Codec) -> None:
    """A field declared as `object` keeps everything."""
    assert read(codec, anything={"a": [1, None]}).anything == {"a": [1, None]}


def test_a_class_may_check_itself(codec: Codec) -> None:
    """A validator's refusal is placed, and its text, which may hold the value, is not repeated."""

    @attrs.frozen(kw_only=True)
    class Positive:
        amount: int = attrs.field(validator=attrs.validators.gt(0))

    assert paths(codec, {"amount": -5}, Positive) == ("$: refused by the field's own check",)


class Plain:
    pass


@attrs.frozen
class WithEnum:
    colour: Colour


@attrs.frozen
class WithFloat:
    amount: float


@attrs.frozen
class WithBareTuple:
    pair: tuple[int, int]


@attrs.frozen
class WithSameKinds:
    either: Line | Document


@attrs.frozen
class WithDateInUnion:
    either: int | date


@attrs.frozen
class WithListInUnion:
    either: int | list[int]


@attrs.frozen
class WithTwoTexts:
    either: str | DecimalText


@pytest.mark.parametrize(
    "cls",
    [
        Plain,
        float,
        list[int],
        WithEnum,
        WithFloat,
        WithBareTuple,
        WithSameKinds,
        WithTwoTexts,
        WithListInUnion,
    ],
)
def test_what_cannot_be_read_strictly_cannot_be_declared(codec: Codec, cls: type) -> None:
    """A closed enum, a float or an ambiguous union is a fault of the adapter, found on first use."""
    with pytest.raises(TypeError, match=r"a wire class cannot|a wire class declares"):
        codec.structure({}, cls)


def test_a_wrong_declaration_is_named(codec: Codec) -> None:
    """The author learns which declaration is wrong, and that words belong into str."""
    with pytest.raises(TypeError, match="cannot declare <class 'float'>"):
        codec.structure({}, WithFloat)
    with pytest.raises(TypeError, match="declares str, not Colour"):
        codec.structure({}, WithEnum)
    with pytest.raises(TypeError, match="cannot declare a union with"):
        codec.structure({}, WithDateInUnion)


def test_a_faulty_class_stays_faulty(codec: Codec) -> None:
    """The second use says the same as the first; nothing half-made is kept."""
    for _ in range(2):
        with pytest.raises(TypeError, match="declares str"):
            codec.structure({"colour": "red"}, WithEnum)


def test_two_classes_that_need_each_other_are_read(codec: Codec) -> None:
    """Cycles among classes resolve, whichever comes first."""
    raw = {"parents": [{"child": {"parents": []}}, {"child": None}]}

    assert codec.structure(raw, Child) == Child(parents=(Parent(child=Child()), Parent()))


@attrs.frozen
class Parent:
    child: "Child | None" = None


@attrs.frozen
class Child:
    parents: "tuple[Parent, ...]" = ()


def test_hooks_are_generated_once() -> None:
    """The price of a class is paid on first use, not on every answer."""
    codec = Codec()
    codec.structure({"_id": "x"}, Document)
    hook = codec._fast.of(Document)

    codec.structure({"_id": "x"}, Document)

    assert codec._fast.of(Document) is hook
