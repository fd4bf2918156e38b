"""A document that is parsed when somebody looks into it is that document in every other way."""

import copy
import pickle
from collections.abc import Mapping

import pytest

from invoicekit.errors import MalformedResponse
from invoicekit.wire import Codec, Unparsed

DOCUMENT = {"id": "x", "items": [{"amount": 1}]}


def of(document: Mapping[str, object]) -> tuple[Unparsed, list[str]]:
    looks: list[str] = []

    def parse() -> Mapping[str, object]:
        looks.append("look")
        return document

    return Unparsed(parse), looks


def test_it_is_parsed_at_the_first_look_and_once() -> None:
    """Passing it on, and asking whether there is one, is no look."""
    document, looks = of(DOCUMENT)

    assert document
    assert looks == []
    assert (document["id"], len(document), list(document)) == ("x", 2, ["id", "items"])
    assert looks == ["look"]


def by_pickle(document: Unparsed) -> object:
    return pickle.loads(pickle.dumps(document))  # noqa: S301 -- our own


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, dict, by_pickle])
def test_it_equals_its_document_and_so_do_its_copies(way: object) -> None:
    """And shows itself like it."""
    document, _ = of(DOCUMENT)

    assert document == DOCUMENT
    assert way(document) == DOCUMENT  # type: ignore[operator] # one of four functions
    assert repr(document) == repr(DOCUMENT)


def test_a_fault_shows_at_every_look(codec: Codec) -> None:
    """What cannot be read is never read as nothing."""
    document = codec.later(b'{"id":"x","more":' + b"9" * 30 + b"}", where="answer 7")

    for _ in range(2):
        with pytest.raises(MalformedResponse, match="answer 7"):
            dict(document)


def test_what_is_no_object_is_a_fault(codec: Codec) -> None:
    """A list has no fields to look for."""
    with pytest.raises(MalformedResponse, match="expected object"):
        dict(codec.later(b"[]"))
