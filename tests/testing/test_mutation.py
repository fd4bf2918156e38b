"""The changes that are made to adapters, to see whether the kit notices."""

import ast

import pytest
from mutation import mutants

EVERY = range(1, 100)


def changed(source: str) -> list[str]:
    return [mutant.what for mutant in mutants(source, EVERY)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a == b", ["a == b -> a != b"]),
        ("x = a and b", ["a and b -> a or b"]),
        ("x = not a", ["not a -> a"]),
        ("x = a + b", ["a + b -> a - b"]),
        ("x = a if b else c", ["a if b else c -> a", "a if b else c -> c"]),
        ("x = True", ["True -> False"]),
        ("x = 7", ["7 -> 8"]),
        ("x = 'open'", ["'open' -> 'openx'"]),
        ("x = 'not for a machine'", []),
        (
            "f(a, is_complete=b)",
            ["f(a, is_complete=b) -> pass", "is_complete= of f(a, is_complete=b) -> f(a)"],
        ),
    ],
)
def test_each_kind_of_change(source: str, expected: list[str]) -> None:
    """Small, and of a kind that people make."""
    assert changed(source) == expected


@pytest.mark.parametrize(
    "source",
    [
        'def f():\n    """Says what it is."""\n    return g',
        "raise Conflict('the number is taken')",
        "x = f(note='for people')",
        "x = NotFound('nothing there')",
        "x: 'Later' = g",
        "__all__ = ['f']",
        "READ = Operation(name='read')",
        "x = f'{a} of {b}'",
    ],
)
def test_what_only_people_read_is_left_alone(source: str) -> None:
    """No adapter does anything else for it."""
    assert changed(source) == []


def test_only_what_was_executed_is_changed() -> None:
    """A line that the contract never reaches says nothing about the contract."""
    source = "x = 1\ny = 2\n"

    (mutant,) = mutants(source, {2})

    assert (mutant.line, ast.unparse(ast.parse(mutant.source))) == (2, "x = 1\ny = 3")
