"""What is sent and answered, held against an OpenAPI document."""

import copy
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from simulator_client import connected
from toy_simulator import WORDS, ToySimulator

from invoicekit.simulate import (
    DescribedEngine,
    Description,
    Difference,
    Fault,
    FaultKind,
    FaultPlan,
    Rate,
)
from invoicekit.simulate import described_engine as engine_module

WORD = {
    "type": "object",
    "required": ["word"],
    "properties": {"word": {"type": "string"}, "count": {"type": "integer"}},
}
DOCUMENT: Mapping[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Toy", "version": "1"},
    "servers": [{"url": "https://toy.example"}],
    "security": [{"key": []}],
    "components": {
        "schemas": {"Word": WORD, "Words": {"type": "array", "items": {"type": "string"}}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Toy-Key"}},
    },
    "paths": {
        WORDS: {
            "get": {
                "parameters": [{"name": "page", "in": "query", "schema": {"type": ["integer", "null"]}}],
                "responses": {
                    "200": {
                        "description": "all",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Words"}}},
                    }
                },
            },
            "post": {
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"word": {"type": "string"}}}
                        }
                    }
                },
                "responses": {
                    "201": {
                        "description": "added",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Word"}}},
                    },
                    "400": {"description": "refused", "content": {"application/json": {}}},
                },
            },
        },
    },
}
POST = f"POST {WORDS}"
GET = f"GET {WORDS}"


def changed(*path: str, to: object) -> dict[str, Any]:
    """Return the document with one part of it replaced."""
    document = copy.deepcopy(dict(DOCUMENT))
    part: Any = document
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = to
    return document


def engine_of(document: Mapping[str, Any] = DOCUMENT, **settings: object) -> DescribedEngine:
    return DescribedEngine(ToySimulator(**settings), Description(document))


def send(engine: DescribedEngine, method: str, target: str, body: bytes = b"", *, key: str = "k") -> None:
    engine.receive(method, target, {"Content-Type": "application/json", "X-Toy-Key": key}, body)


async def test_what_is_as_described_is_no_difference() -> None:
    """Over real sockets: reads and writes, with a query and a body."""
    engine = engine_of()
    async with connected(engine) as wire:
        assert (await wire.send("GET", WORDS, query={"page": "2"})).status == 200
        assert (await wire.send("POST", WORDS, {"word": "hello"})).status == 201
        listed = (await wire.send("GET", "/_simulator/differences")).lines()

    assert (engine.differences, listed) == ({}, [])


async def test_differences_are_listed_by_a_control_route() -> None:
    """Each once, with how often it was seen."""
    async with connected(engine_of()) as wire:
        for _ in range(3):
            await wire.send("GET", WORDS, query={"size": "2"})
        (row,) = (await wire.send("GET", "/_simulator/differences")).lines()

    assert row == {"side": "request", "operation": GET, "status": 200, "problem": "query size", "seen": 3}


async def test_without_a_document_nothing_is_compared() -> None:
    """An empty list would look like a clean bill."""
    async with connected(ToySimulator()) as wire:
        reply = await wire.send("GET", "/_simulator/differences")

    assert (reply.status, reply.json()["message"]) == (404, "started without an OpenAPI document")


@pytest.mark.parametrize(
    ("method", "target", "body", "operation", "problem"),
    [
        ("GET", WORDS + "?page=two", b"", GET, "ParameterValidationError"),
        ("GET", WORDS + "?size=2", b"", GET, "query size"),
        ("POST", WORDS, b'{"word": 1}', POST, "is not of type 'string'"),
        ("POST", WORDS, b'{"word": "a", "loud": true}', POST, "$.loud"),
        ("POST", WORDS, b"{", POST, "RequestBodyValidationError"),
        ("GET", WORDS, b"{}", GET, "a body"),
        ("DELETE", WORDS, b"", f"DELETE {WORDS}", "it is not described"),
        ("GET", WORDS + "/count", b"", f"GET {WORDS}/count", "it is not described"),
    ],
)
def test_a_request_that_is_not_described(
    method: str, target: str, body: bytes, operation: str, problem: str
) -> None:
    """The client is blamed, whatever the simulator made of it."""
    engine = engine_of()
    send(engine, method, target, body)

    (difference,) = engine.differences
    assert (difference.side, difference.operation) == ("request", operation)
    assert problem in difference.problem


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({**WORD, "required": ["word", "id"]}, "'id' is a required property"),
        ({**WORD, "properties": {"word": {"type": "string"}}}, "$.count"),
        ({**WORD, "properties": {"word": {"type": "string"}, "count": {"type": "string"}}}, "is not of type"),
        ({"allOf": [WORD, {"properties": {"id": {}}, "required": ["id"]}]}, "'id' is a required property"),
    ],
)
def test_an_answer_that_is_not_described(schema: Mapping[str, Any], problem: str) -> None:
    """The simulator is blamed."""
    engine = engine_of(changed("components", "schemas", "Word", to=schema))
    send(engine, "POST", WORDS, b'{"word": "hello"}')

    (difference,) = engine.differences
    assert (difference.side, difference.operation, difference.status) == ("answer", POST, 201)
    assert problem in difference.problem


def test_a_status_that_the_document_does_not_know() -> None:
    """A refusal of the simulator's own making."""
    engine = engine_of(changed("paths", WORDS, "post", "responses", to={"201": {"description": "added"}}))
    send(engine, "POST", WORDS, b"")

    assert {(one.side, one.status) for one in engine.differences} == {("answer", 400)}


def test_what_the_engine_makes_up_is_not_held_against_the_simulator() -> None:
    """A rate limit that the author asked for is no part of the provider's description."""
    engine = engine_of(rate=Rate.parse("1/h"))
    for _ in range(3):
        send(engine, "GET", WORDS)
    assert [record.status for record in engine.simulator.requests] == [200, 429, 429]
    assert engine.differences == {}


# The toy answers for another object only when one word is asked for, which the document leaves out.
@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.WRONG_BODY])
async def test_a_fault_is_not_held_against_the_simulator(kind: FaultKind) -> None:
    """Whatever it does to the answer."""
    engine = engine_of(faults=FaultPlan.scripted([Fault(kind=kind)]))
    send(engine, "POST", WORDS, b'{"word": "hello"}')

    assert len(list(engine.simulator.faults)) == 1
    assert engine.differences == {}


def test_a_struck_request_is_still_held_against_the_document() -> None:
    """It was sent, whatever became of it."""
    engine = engine_of(faults=FaultPlan.scripted([Fault(kind=FaultKind.DROP_BEFORE)]))
    send(engine, "GET", WORDS + "?size=2")

    assert [(one.problem, one.status) for one in engine.differences] == [("query size", None)]


def test_the_key_is_in_no_difference() -> None:
    """A validator quotes what it finds; credentials it never sees."""
    header = {"name": "X-Toy-Key", "in": "header", "schema": {"type": "integer"}}
    engine = engine_of(changed("paths", WORDS, "get", "parameters", to=[header]))
    send(engine, "GET", WORDS, key="s3cr3t")

    assert len(engine.differences) == 1
    assert "s3cr3t" not in repr(engine.differences)


def test_each_difference_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """And no more are kept than can be read."""
    monkeypatch.setattr(engine_module, "MOST_DIFFERENCES", 2)
    told: list[Difference] = []
    engine = DescribedEngine(ToySimulator(), Description(DOCUMENT), found=told.append)
    for name in ("a", "b", "a", "c"):
        send(engine, "GET", f"{WORDS}?{name}=1")

    assert [one.problem for one in told] == ["query a", "query b"]
    assert list(engine.differences.values()) == [2, 1]


def test_the_servers_path_stands_before_every_path() -> None:
    """As with a document whose server ends in /v1."""
    document = changed("servers", to=[{"url": "https://toy.example/words"}])
    document["paths"] = {"/count": {"get": {"responses": {"200": {"description": "how many"}}}}}
    engine = engine_of(document)
    send(engine, "GET", WORDS + "/count")
    send(engine, "GET", "/count")

    assert [(one.side, one.operation, one.problem) for one in engine.differences] == [
        ("answer", "GET /count", "a body"),
        ("request", "GET /count", "it is not described"),
    ]


def test_json_and_yaml_are_read(tmp_path: Path) -> None:
    """By the file's name."""
    written = {"toy.json": json.dumps(DOCUMENT), "toy.yaml": yaml.safe_dump(copy.deepcopy(dict(DOCUMENT)))}
    for name, text in written.items():
        tmp_path.joinpath(name).write_text(text)

        assert Description.read(tmp_path / name).operations == {("GET", WORDS), ("POST", WORDS)}


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("toy.json", "{", "Expecting property name"),
        ("toy.json", "[]", "holds no object"),
        ("toy.json", '{"swagger": "2.0", "paths": {}}', "no OpenAPI 3 document"),
        ("toy.json", json.dumps(changed("paths", to=[])), "no OpenAPI 3 document"),
        ("toy.yaml", "a: [", "expected the node content"),
        ("toy.json", json.dumps(changed("paths", WORDS, "get", to={"x": 1})), "$.paths['/words'].get"),
        ("toy.json", json.dumps(changed("paths", WORDS, to={"$ref": "a.json"})), "bundle it into one file"),
        ("toy.json", json.dumps(changed("components", "schemas", "Words", to={"$ref": "#/x"})), "nowhere"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    """With what is wrong in it, and where."""
    file = tmp_path / name
    file.write_text(text)

    with pytest.raises(ValueError, match=re.escape(complaint)):
        Description.read(file)
