"""From bytes to typed values and back, without a single coercion."""

import types
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, NewType, TypeVar, Union, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.errors import (
    AttributeValidationNote,
    ClassValidationError,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, override

from invoicekit.errors import MalformedResponse
from invoicekit.model import Absent
from invoicekit.wire.document import encode_json, parse_json
from invoicekit.wire.skim import FAULTS, skimmer
from invoicekit.wire.strict import (
    WIRE_NAME,
    DecimalText,
    Hook,
    Mismatch,
    anything,
    strict_bool,
    strict_decimal,
    strict_decimal_text,
    strict_int,
    strict_null,
    strict_str,
)
from invoicekit.wire.unparsed import Unparsed

T = TypeVar("T")

_FAULTS = (ValueError, TypeError, KeyError, ClassValidationError, IterableValidationError)
_MAX_PATHS = 100
_MAX_PATHS_IN_ONE_LIST = 20


class Codec:
    """Read and write a provider's JSON; make one per adapter module and keep it.

    Hooks are generated once per class and kept, so a codec is cheap to use and dear to make anew.
    See the package's docstring for what a wire class may declare.
    """

    __slots__ = ("_fast", "_skimmers", "_thorough")

    def __init__(self) -> None:
        self._fast = _Hooks(is_thorough=False)
        self._thorough = _Hooks(is_thorough=True)
        self._skimmers: dict[object, Callable[[bytes], object]] = {}

    def parse(self, body: bytes, *, where: str = "answer") -> object:
        """Decode JSON into dicts, lists, str, int, Decimal, bool and None.

        Whole numbers become int, all others an exact Decimal. A caller that expects an empty body
        does not call this.

        Raises:
            MalformedResponse: Empty, not UTF-8, not JSON, NaN or Infinity, a whole number beyond
                ±(2^63 - 1), or nested deeper than 64.
        """
        return parse_json(body, where=where)

    def structure(self, raw: object, cls: type[T], *, where: str = "answer") -> T:
        """Build a wire class (or ``tuple`` of them) out of what `parse` returned.

        Args:
            raw: Decoded JSON.
            cls: An attrs class, or ``tuple[SomeClass, ...]`` for a bare array.
            where: What the document is, for the error's text: ``"invoice 64ae…"``.

        Raises:
            MalformedResponse: Something is missing or of another type; `paths` lists every place.
            TypeError: The class declares what this codec cannot read: a fault of the adapter.
        """
        hook = self._fast.of(cls)
        try:
            # A hook belongs to its class, which the table of hooks cannot say in types.
            return hook(raw, cls)  # type: ignore[return-value]
        except (ValueError, TypeError, KeyError):
            pass  # told below, with every place at once and without the value
        paths = self._paths(raw, cls)
        shown = "; ".join(paths[:3]) + (f"; and {len(paths) - 3} more" if len(paths) > 3 else "")
        raise MalformedResponse(f"{where}: not what the provider documents: {shown}", paths=paths)

    def decode(self, body: bytes, cls: type[T], *, where: str = "answer") -> T:
        """Parse and structure in one step.

        Raises:
            MalformedResponse: As `parse` and `structure`.
        """
        return self.structure(parse_json(body, where=where), cls, where=where)

    def skim(self, body: bytes, cls: type[T], *, where: str = "answer") -> T:
        """Read the fields that a small class declares as `decode` does, and skip all others unread.

        For looks that decide by a few fields of a large document and pass nothing else on: what is skipped
        is known to be JSON, and nothing more.

        Raises:
            MalformedResponse: As `decode`.
            TypeError: A field is declared as more than str, int, bool, or null or absent instead of them.
        """
        skimmer_of_cls = self._skimmers.get(cls)
        if skimmer_of_cls is None:
            skimmer_of_cls = self._skimmers[cls] = skimmer(cls)
        try:
            # A skimmer belongs to its class, which the table cannot say in types.
            return skimmer_of_cls(body)  # type: ignore[return-value]
        except FAULTS:
            pass  # told below, with every place at once and without the value
        return self.decode(body, cls, where=where)

    def later(self, body: bytes, *, where: str = "answer") -> Mapping[str, object]:
        """Return a JSON object that is parsed when somebody looks into it; its body was skimmed before.

        A look raises `MalformedResponse` as `decode` does.
        """
        return Unparsed(lambda: self.decode(body, dict[str, object], where=where))

    def encode(self, document: Mapping[str, object] | list[object] | tuple[object, ...]) -> bytes:
        """Write JSON with sorted keys and exact numbers, the same document always as the same bytes.

        Raises:
            InvalidAmount: A float, a NaN or a number out of bounds; nothing was sent.
            UsageError: A value JSON has no plain word for; nothing was sent.
        """
        return encode_json(document)

    def _paths(self, raw: object, cls: type) -> list[str]:
        try:
            self._thorough.of(cls)(raw, cls)
        except _FAULTS as error:
            found = _problems(error, "$")
            paths = [path for path, _ in zip(found, range(_MAX_PATHS), strict=False)]
            if next(found, None) is not None:
                paths.append("$: and more")
            return paths
        raise AssertionError("what the fast hooks refuse, the thorough ones refuse too")


class _Hooks:
    """Strict hooks by type, each generated once.

    The fast ones stop at the first fault; the thorough ones, run only after a fault, gather all.
    """

    def __init__(self, *, is_thorough: bool) -> None:
        self._is_thorough = is_thorough
        self._converter = Converter(detailed_validation=is_thorough)
        self._hooks: dict[object, Hook] = {
            str: strict_str,
            int: strict_int,
            bool: strict_bool,
            Decimal: strict_decimal,
            DecimalText: strict_decimal_text,
            None: strict_null,
            types.NoneType: strict_null,
            object: anything,
            Any: anything,
        }

    def of(self, kind: Any) -> Hook:  # a type expression has no type of its own
        """Return the hook of a type, generating it on first use."""
        hook = self._hooks.get(kind)
        if hook is None:
            # A class that refers to itself finds this while its own hook is being generated.
            self._hooks[kind] = lambda value, asked: self._hooks[kind](value, asked)
            try:
                hook = self._hooks[kind] = self._generate(kind)
            except BaseException:
                del self._hooks[kind]
                raise
        return hook

    def _generate(self, kind: Any) -> Hook:
        origin = get_origin(kind)
        if origin is Annotated:
            return self.of(get_args(kind)[0])
        if origin is Union or origin is types.UnionType:
            return self._union(get_args(kind))
        if origin is tuple and get_args(kind)[1:] == (Ellipsis,):
            return self._sequence(get_args(kind)[0])
        if origin in (dict, Mapping) and get_args(kind)[0] is str:
            return self._mapping(get_args(kind)[1])
        if isinstance(kind, NewType):
            return self.of(kind.__supertype__)
        if isinstance(kind, type) and attrs.has(kind):
            return self._class(kind)
        if isinstance(kind, type) and issubclass(kind, Enum):
            raise TypeError(f"a wire class declares str, not {kind.__name__}: new words must not fail")
        raise TypeError(f"a wire class cannot declare {kind!r}")

    def _class(self, cls: type) -> Hook:
        attrs.resolve_types(cls)
        overrides: dict[str, Any] = {
            field.name: override(rename=_wire_name(field), struct_hook=self.of(field.type))
            for field in attrs.fields(cls)
            if field.init
        }
        fields: Any = make_dict_structure_fn(  # typed by cattrs for a class known in advance
            cls,
            self._converter,
            _cattrs_use_linecache=False,
            _cattrs_detailed_validation=self._is_thorough,
            **overrides,
        )

        def structure(value: object, _: object) -> object:
            if type(value) is not dict:
                raise Mismatch("object", value)
            return fields(value, cls)

        return structure

    def _sequence(self, kind: Any) -> Hook:
        hook = self.of(kind)

        def structure(value: object, _: object) -> object:
            if type(value) is not list:
                raise Mismatch("array", value)
            return tuple([hook(item, kind) for item in value])

        def gather(value: object, _: object) -> object:
            if type(value) is not list:
                raise Mismatch("array", value)
            return tuple(self._each(enumerate(value), hook, kind).values())

        return gather if self._is_thorough else structure

    def _mapping(self, kind: Any) -> Hook:
        hook = self.of(kind)

        def structure(value: object, _: object) -> object:
            if type(value) is not dict:
                raise Mismatch("object", value)
            return {key: hook(item, kind) for key, item in value.items()}

        def gather(value: object, _: object) -> object:
            if type(value) is not dict:
                raise Mismatch("object", value)
            return self._each(value.items(), hook, kind)

        return gather if self._is_thorough else structure

    @staticmethod
    def _each(items: Any, hook: Hook, kind: Any) -> dict[Any, object]:
        kept: dict[Any, object] = {}
        faults: list[Exception] = []
        for index, item in items:
            try:
                kept[index] = hook(item, kind)
            except _FAULTS as fault:
                fault.add_note(IterableValidationNote("", index, kind))
                faults.append(fault)
                if len(faults) == _MAX_PATHS_IN_ONE_LIST:
                    break
        if faults:
            raise IterableValidationError("", faults, list)
        return kept

    def _union(self, members: tuple[Any, ...]) -> Hook:
        """Choose a member by the JSON kind of the value; `Absent` never comes over the wire."""
        by_kind: dict[type, tuple[Hook, object]] = {}
        for member in members:
            if member is Absent:
                continue
            for kind in _json_kinds(member):
                if kind in by_kind and not {member, by_kind[kind][1]} == {int, Decimal}:
                    raise TypeError(f"a wire class cannot tell the members of {members!r} apart")
                if kind not in by_kind or member is int:
                    by_kind[kind] = (self.of(member), member)
        expected = " or ".join(_plain_name(member) for member in members if member is not Absent)

        if (
            by_kind.keys() == {types.NoneType, str} and by_kind[str][1] is str
        ):  # the commonest, worth a shorter way

            def text_or_null(value: object, _: object) -> object:
                if type(value) is str or value is None:
                    return value
                raise Mismatch(expected, value)

            return text_or_null

        def structure(value: object, _: object) -> object:
            if value is None and types.NoneType in by_kind:
                return None
            chosen = by_kind.get(type(value))
            if chosen is None:
                raise Mismatch(expected, value)
            return chosen[0](value, chosen[1])

        return structure


def _json_kinds(kind: Any) -> tuple[type, ...]:
    """Name the decoded Python types a declared type can be read from."""
    origin = get_origin(kind)
    if kind is None or kind is types.NoneType:
        return (types.NoneType,)
    if kind in (str, int, bool):
        return (kind,)
    if kind is Decimal:
        return (int, Decimal)
    if kind is DecimalText:
        return (str,)
    if origin is tuple:
        return (list,)
    if origin in (dict, Mapping) or (isinstance(kind, type) and attrs.has(kind)):
        return (dict,)
    raise TypeError(f"a wire class cannot declare a union with {kind!r}")


def _plain_name(kind: Any) -> str:
    if kind is None or kind is types.NoneType:
        return "null"
    if get_origin(kind) is tuple:
        return "array"
    if kind is Decimal:
        return "number"
    if kind is DecimalText:
        return "decimal text"
    return kind.__name__ if kind in (str, int, bool) else "object"


def _wire_name(field: "attrs.Attribute[Any]") -> str:
    return str(field.metadata.get(WIRE_NAME, field.name))


def _problems(error: BaseException, path: str) -> Iterator[str]:
    """Walk cattrs' tree of faults and say each as ``path: what``, never with a value."""
    if isinstance(error, ClassValidationError):
        names = {field.name: _wire_name(field) for field in attrs.fields(error.cl)}
        for fault in error.exceptions:
            place = path
            for note in getattr(fault, "__notes__", ()):
                if isinstance(note, AttributeValidationNote):
                    place = f"{path}.{names[note.name]}"
            yield from _problems(fault, place)
    elif isinstance(error, IterableValidationError):
        for fault in error.exceptions:
            index: object = ""
            for note in getattr(fault, "__notes__", ()):
                if isinstance(note, IterableValidationNote):
                    index = note.index if isinstance(note.index, int) else "*"
            yield from _problems(fault, f"{path}[{index}]")
    elif isinstance(error, Mismatch):
        yield f"{path}: {error}"
    elif isinstance(error, KeyError):
        yield f"{path}: missing"
    else:
        yield f"{path}: refused by the field's own check"
