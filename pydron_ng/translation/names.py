"""Which statement gives a name the value that another statement reads (beniget's chains)."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from pydron_ng.errors import TranslationError
from pydron_ng.translation.outline import Outline

Position = tuple[int, int]
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Flow:
    """`name` as statement `source` leaves it may be what statement `target` reads at `position`."""

    name: str
    source: int
    target: int
    position: Position


@dataclass(frozen=True, slots=True)
class Names:
    """Facts about the names of a function.

    bound: of each statement, the local names that it assigns or may change, itself alone.
    lasting: where parameters are read for something in them that nothing changes; False: that
        nothing changes if it is a number, a text or the like.
    """

    flows: tuple[Flow, ...]
    bound: tuple[tuple[str, ...], ...]
    lasting: Mapping[Position, bool]


def names(
    outline: Outline,
    mutated: tuple[tuple[str, ...], ...],
    lasting: Mapping[Position, bool] = MappingProxyType({}),
) -> Names:
    """The flows between the statements, where `mutated` names count as assigned anew.

    lasting: as in the result; what is read there is what the call has brought.

    Raises:
        TranslationError: the analysis does not know a construct.
    """
    bound = bound_names(outline, mutated)
    flows = _flows(outline, mutated, _positions(outline), bound)
    seen = (replace(f, source=0) if lasting.get(f.position) else f for f in flows)
    return Names(tuple(dict.fromkeys(seen)), bound, lasting)


def bound_names(
    outline: Outline, mutated: tuple[tuple[str, ...], ...] | None
) -> tuple[tuple[str, ...], ...]:
    """Of each statement, the names that it binds, those of `mutated` objects included."""
    changed = mutated or ((),) * len(outline.statements)
    return tuple(
        tuple(dict.fromkeys((*stored_names(s.node, s.index), *also)))
        for s, also in zip(outline.statements, changed, strict=True)
    )


def _flows(
    outline: Outline,
    mutated: tuple[tuple[str, ...], ...],
    where: dict[Position, int],
    bound: tuple[tuple[str, ...], ...],
) -> Iterator[Flow]:
    chains = chains_of(_with_mutations(outline, mutated))
    for node, chain in chains.items():
        name = _defined(node)
        source = _statement(node, where)
        if not isinstance(name, str) or source is None:
            continue
        if name not in bound[source]:
            continue  # bound by a comprehension or a nested function
        for user in chain.users():
            target = _statement(user.node, where)
            if target is not None:
                yield Flow(name, source, target, (user.node.lineno, user.node.col_offset))


def _defined(node: Any) -> Any:
    """The name that a definition binds: of a variable, a parameter, a function, an import."""
    name = getattr(node, "id", None) or getattr(node, "asname", None)
    name = name or getattr(node, "name", None) or getattr(node, "rest", None)
    return name.partition(".")[0] if isinstance(name, str) else name


def _statement(node: Any, where: dict[Position, int]) -> int | None:
    line = getattr(node, "lineno", None)
    if line is None:
        return None
    return -line if line < 0 else where.get((line, node.col_offset))


def _with_mutations(outline: Outline, mutated: tuple[tuple[str, ...], ...]) -> ast.Module:
    """A copy of the function in which a change of an object is an assignment to its name.

    Before:
        kept.append(x)
    After:
        kept.append(x)
        kept = kept
    """
    memo: dict[int, Any] = {}
    definition = copy.deepcopy(outline.definition, memo)
    definition.decorator_list = []
    copies = {id(memo[id(s.node)]): s.index for s in outline.statements[1:]}
    for node in ast.walk(definition):
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if isinstance(block, list):
                setattr(node, field, list(_marked(block, copies, mutated)))
    return ast.Module([definition], type_ignores=[])


def _marked(
    block: list[ast.stmt], copies: dict[int, int], mutated: tuple[tuple[str, ...], ...]
) -> Iterator[ast.stmt]:
    for node in block:
        index = copies.get(id(node), 0)
        marks = [_self_assignment(name, index, i) for i, name in enumerate(mutated[index])]
        compound = hasattr(node, "body")
        yield from marks if compound and index else []
        yield node
        yield from marks if not compound and index else []


def _self_assignment(name: str, index: int, number: int) -> ast.stmt:
    target, value = ast.Name(name, ast.Store()), ast.Name(name, ast.Load())
    assign = ast.Assign([target], value)
    for column, node in ((2 * number, assign), (2 * number, target), (2 * number + 1, value)):
        node.lineno = node.end_lineno = -index
        node.col_offset = node.end_col_offset = column
    return assign


def chains_of(tree: ast.Module) -> dict[Any, Any]:
    """The definitions in a tree, as beniget finds them, each with those who use it.

    Raises:
        TranslationError: the analysis does not know a construct.
    """
    import beniget
    import gast

    class Silent(beniget.DefUseChains):  # type: ignore[misc]
        def unbound_identifier(self, *_: object) -> None:
            """Free names are none of its business."""

        def warn(self, *_: object) -> None:
            """Nothing of ours is ever printed."""

        def visit_MatchSingleton(self, node: Any) -> Any:
            """The pattern None, True or False; it names nothing."""
            return self.chains.setdefault(node, beniget.Def(node))

    analysis = Silent()
    try:
        analysis.visit(gast.ast_to_gast(tree))
    except Exception as error:
        raise TranslationError(f"names cannot be analysed: {error!r}") from error
    chains: dict[Any, Any] = analysis.chains
    return chains


def _positions(outline: Outline) -> dict[Position, int]:
    """The statement that each position in the source belongs to, innermost."""
    where: dict[Position, int] = {}
    for node in ast.walk(outline.definition.args):
        if isinstance(node, ast.arg):
            where[node.lineno, node.col_offset] = 0
    for statement in outline.statements[1:]:
        for part in _own(statement.node):
            for node in ast.walk(part):
                line = getattr(node, "lineno", None)
                if line is not None:
                    where[line, getattr(node, "col_offset", 0)] = statement.index
    return where


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a statement that are not statements inside of it."""
    if isinstance(node, _SCOPES):
        yield node
        return
    for name, value in ast.iter_fields(node):
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.ExceptHandler | ast.match_case):
                yield from _own(part)
                if isinstance(part, ast.ExceptHandler):
                    yield _bare(part)
            elif isinstance(part, ast.AST) and name not in {"body", "orelse", "finalbody"}:
                yield part


def _bare(handler: ast.ExceptHandler) -> ast.AST:
    return ast.copy_location(ast.Pass(), handler)


def stored_names(node: ast.AST, index: int) -> Iterator[str]:
    """The function's own names that a statement binds, without the statements inside of it."""
    if index == 0 and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from (arg.arg for arg in ast.walk(node.args) if isinstance(arg, ast.arg))
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
        return
    if isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((a.asname or a.name.partition(".")[0]) for a in node.names)
    for part in _own(node):
        yield from _stored_in(part, comprehension=False)
    for handler in getattr(node, "handlers", []):
        if handler.name:
            yield handler.name


def captured_names(pattern: ast.pattern) -> tuple[str, ...]:
    """The names that a pattern of a match statement binds."""
    return tuple(dict.fromkeys(_stored_in(pattern, comprehension=False)))


def _stored_in(node: ast.AST, *, comprehension: bool) -> Iterator[str]:
    if isinstance(node, _SCOPES):
        return
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load) and not comprehension:
        yield node.id
    elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, ast.NamedExpr):
        yield node.target.id
    for name, value in ast.iter_fields(node):
        inside = comprehension or (isinstance(node, ast.comprehension) and name == "target")
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield from _stored_in(part, comprehension=inside)


def expression_names(definition: ast.AST) -> Iterator[str]:
    """The names that lambdas and comprehensions bind for themselves."""
    for node in ast.walk(definition):
        if isinstance(node, ast.Lambda):
            yield from (part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg))
        elif isinstance(node, ast.comprehension):
            yield from (part.id for part in ast.walk(node.target) if isinstance(part, ast.Name))
