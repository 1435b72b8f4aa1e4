"""The functions of a file: which ones are functional, and which ones these call."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydron_ng.contract.lint.spelling import Spelling, bound_in

Definition = ast.FunctionDef | ast.AsyncFunctionDef
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method of the file.

    owner: the qualified name of its class. bound: the names that it, or a function inside, binds;
    around: those of the functions that it is inside of.
    """

    node: Definition
    name: str
    owner: str
    bound: frozenset[str]
    around: frozenset[str]

    @property
    def parameters(self) -> list[str]:
        """Those that an argument may stand for by its place."""
        arguments = self.node.args
        return [arg.arg for arg in (*arguments.posonlyargs, *arguments.args)]

    @property
    def all_parameters(self) -> frozenset[str]:
        arguments = self.node.args
        return frozenset([*self.parameters, *(arg.arg for arg in arguments.kwonlyargs)])


def functions_of(tree: ast.Module) -> dict[str, Function]:
    """All of them by qualified name; those inside of others as ``outer.<locals>.inner``."""
    return {f.name: f for f in _functions_in(tree.body, "", frozenset())}


def _functions_in(block: list[ast.stmt], owner: str, around: frozenset[str]) -> Iterator[Function]:
    for node in block:
        name = f"{owner}.{getattr(node, 'name', '')}" if owner else getattr(node, "name", "")
        if isinstance(node, _DEFINITIONS):
            bound = bound_in(node)
            yield Function(node, name, owner, bound, around)
            yield from _functions_in(node.body, f"{name}.<locals>", around | bound)
        elif isinstance(node, ast.ClassDef):
            yield from _functions_in(node.body, name, around)
        else:
            for part in _blocks(node):
                yield from _functions_in(part, owner, around)


def _blocks(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The statements inside of a compound one."""
    for field in ("body", "orelse", "finalbody"):
        yield getattr(node, field, [])
    for part in (*getattr(node, "handlers", []), *getattr(node, "cases", [])):
        yield part.body


def functional_names(
    tree: ast.Module, functions: Mapping[str, Function], spelling: Spelling
) -> frozenset[str]:
    """Those that are decorated with @functional, or handed to it."""
    names = {f.node.name: f.name for f in reversed(list(functions.values()))}
    decorated = {
        name
        for name, function in functions.items()
        if any(_is_functional(d, spelling) for d in function.node.decorator_list)
    }
    return frozenset(decorated | set(_handed(tree, names, spelling)))


def _is_functional(decorator: ast.expr, spelling: Spelling) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return spelling.full(target).rpartition(".")[2] == "functional"


def _handed(tree: ast.Module, names: Mapping[str, str], spelling: Spelling) -> Iterator[str]:
    """``fast = functional(slow)``, ``functional(retries=2)(slow)``; names: by last part."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=func, args=[ast.Name(id=name)]) if name in names:
                if _is_functional(func, spelling):
                    yield names[name]
            case _:
                pass


def callees_of(
    function: Function, functions: Mapping[str, Function]
) -> Iterator[tuple[ast.Call, Function]]:
    """The calls of functions of the same file, as far as they can be told by name."""
    for node in ast.walk(function.node):
        if isinstance(node, ast.Call):
            callee = _callee(node.func, function, functions)
            if callee is not None and callee is not function:
                yield node, callee


def _callee(func: ast.expr, caller: Function, functions: Mapping[str, Function]) -> Function | None:
    match func:
        case ast.Name(id=name) if name in caller.around:
            outer = caller.name.rpartition(".")[0]
            return functions.get(f"{outer}.{name}") or functions.get(name)
        case ast.Name(id=name) if name not in caller.bound:
            return functions.get(name)
        case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name) if caller.owner:
            return functions.get(f"{caller.owner}.{name}")
        case _:
            return None


def reached(
    roots: frozenset[str], functions: Mapping[str, Function]
) -> dict[str, tuple[Function, str]]:
    """Each function that functional ones get to, with the name of the functional one."""
    found = {name: (functions[name], name) for name in sorted(roots)}
    waiting = list(found.values())
    while waiting:
        function, root = waiting.pop(0)
        for _, callee in callees_of(function, functions):
            if callee.name not in found:
                found[callee.name] = callee, root
                waiting.append(found[callee.name])
    return found
