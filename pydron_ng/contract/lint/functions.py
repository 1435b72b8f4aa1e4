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
    """A function or method of the file; owner: the qualified name of its class."""

    node: Definition
    name: str
    owner: str
    bound: frozenset[str]

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
    """All of them by qualified name, without those inside of others."""
    return {f.name: f for f in _functions_in(tree.body, "")}


def _functions_in(block: list[ast.stmt], owner: str) -> Iterator[Function]:
    for node in block:
        if isinstance(node, _DEFINITIONS):
            name = f"{owner}.{node.name}" if owner else node.name
            yield Function(node, name, owner, bound_in(node))
        elif isinstance(node, ast.ClassDef):
            yield from _functions_in(node.body, f"{owner}.{node.name}" if owner else node.name)
        else:
            for field in ("body", "orelse", "finalbody", "handlers"):
                parts = getattr(node, field, [])
                for part in parts if field == "handlers" else [ast.Module(parts, [])]:
                    yield from _functions_in(part.body, owner)


def functional_names(
    tree: ast.Module, functions: Mapping[str, Function], spelling: Spelling
) -> frozenset[str]:
    """Those that are decorated with @functional, or handed to it."""
    decorated = {
        name
        for name, function in functions.items()
        if any(_is_functional(d, spelling) for d in function.node.decorator_list)
    }
    return frozenset(decorated | set(_handed(tree, functions, spelling)))


def _is_functional(decorator: ast.expr, spelling: Spelling) -> bool:
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    return spelling.full(target).rpartition(".")[2] == "functional"


def _handed(
    tree: ast.Module, functions: Mapping[str, Function], spelling: Spelling
) -> Iterator[str]:
    """``fast = functional(slow)``, ``functional(retries=2)(slow)``."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=func, args=[ast.Name(id=name)]) if name in functions:
                if _is_functional(func, spelling):
                    yield name
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
