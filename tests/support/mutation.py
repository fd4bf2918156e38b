"""Small changes of behaviour to Python source, one at a time."""

import ast
import copy
from collections.abc import Collection, Iterator

import attrs

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.Mult,
}
_WORDS = frozenset({"note", "alternative", "read_back", "where", "help", "setting"})
"""Arguments that only people read."""

_ERRORS = frozenset({"Conflict", "NotFound", "Rejected", "Unavailable", "InvalidRequest", "FieldLocked"})
_ERROR_ENDS = ("Error", "Response", "dOperation", "Transition", "Amount", "Reused", "Unknown")
_NAMING = frozenset({"TypeVar", "Operation"})
"""Their names are labels: another one does as well."""


@attrs.frozen(kw_only=True)
class Mutant:
    """One change.

    Attributes:
        line: Where.
        what: What was changed into what, in one line.
        source: The whole module with it.
    """

    line: int
    what: str
    source: str


def mutants(source: str, lines: Collection[int]) -> Iterator[Mutant]:
    """Yield every change to the lines that were executed.

    Texts for people are left alone: docstrings, what is raised, annotations, whatever has a space in it.
    """
    tree = ast.parse(source)
    spoken = set(_spoken(tree))
    places = [node for node in ast.walk(tree) if getattr(node, "lineno", None) in lines]
    for node in places:
        if id(node) in spoken:
            continue
        for before, change in _changes(node):
            changed = _with(tree, node, change)
            after = ast.unparse(change)
            yield Mutant(line=node.lineno, what=f"{before} -> {after}"[:110], source=ast.unparse(changed))  # type: ignore[attr-defined]  # statements and expressions have it


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            yield ast.unparse(node), _put(node, ops=[_COMPARISONS[type(op)]()])
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield ast.unparse(node), _put(node, op=other)
        case ast.UnaryOp(op=ast.Not()):
            yield ast.unparse(node), node.operand
        case ast.BinOp() if type(node.op) in _ARITHMETIC:
            yield ast.unparse(node), _put(node, op=_ARITHMETIC[type(node.op)]())
        case ast.IfExp():
            yield ast.unparse(node), node.body
            yield ast.unparse(node), node.orelse
        case ast.If():
            yield f"if {ast.unparse(node.test)}", _put(node, test=ast.Constant(False))
            yield f"if {ast.unparse(node.test)}", _put(node, test=ast.Constant(True))
        case ast.Constant(value=bool()):
            yield repr(node.value), ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield repr(node.value), ast.Constant(int(str(node.value)) + 1)
        case ast.Constant(value=str()) if node.value and " " not in str(node.value):
            yield repr(node.value), ast.Constant(str(node.value) + "x")
        case ast.Call():
            for place, keyword in enumerate(node.keywords):
                if keyword.arg not in {None, "name", *_WORDS}:
                    rest = [*node.keywords[:place], *node.keywords[place + 1 :]]
                    yield f"{keyword.arg}= of {ast.unparse(node)}", _put(node, keywords=rest)
        case ast.Expr(value=ast.Call() | ast.Await()):
            yield ast.unparse(node), ast.Pass()
        case _:
            return


def _put(node: ast.AST, **fields: object) -> ast.AST:
    made = copy.copy(node)
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def _with(tree: ast.AST, node: ast.AST, change: ast.AST) -> ast.AST:
    """Return a copy of the tree in which one node is another; what it shares with the original stays."""

    class Changing(ast.NodeTransformer):
        def visit(self, one: ast.AST) -> ast.AST:
            if one is node:
                return ast.copy_location(change, node)
            made = copy.copy(one)
            return self.generic_visit_copied(made)

        def generic_visit_copied(self, made: ast.AST) -> ast.AST:
            for name, value in ast.iter_fields(made):
                if isinstance(value, list):
                    setattr(made, name, [self.visit(v) if isinstance(v, ast.AST) else v for v in value])
                elif isinstance(value, ast.AST):
                    setattr(made, name, self.visit(value))
            return made

    return ast.fix_missing_locations(Changing().visit(tree))


def _spoken(tree: ast.AST) -> Iterator[int]:
    """Name the nodes whose value only people read, or that have none at run time."""
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.Raise):
            parts = [node]
        elif isinstance(node, ast.Call) and _is_error(node.func):
            parts = [*node.args]
        elif isinstance(node, ast.keyword) and node.arg in _WORDS:
            parts = [node.value]
        elif isinstance(node, ast.Assign) and any(
            getattr(one, "id", "") == "__all__" for one in node.targets
        ):
            parts = [node]
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in _NAMING:
            parts = [*node.args, *(each.value for each in node.keywords if each.arg == "name")]
        elif isinstance(node, ast.JoinedStr):
            parts = [node]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module):
            first = node.body[0] if node.body else None
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                parts.append(first)
            parts += getattr(node, "decorator_list", [])
            parts.append(getattr(node, "returns", None))
        elif isinstance(node, ast.arg | ast.AnnAssign):
            parts = [node.annotation]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            parts = [node]
        for part in parts:
            if part is not None:
                yield from map(id, ast.walk(part))


def _is_error(function: ast.expr) -> bool:
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _ERRORS or name.endswith(_ERROR_ENDS)
