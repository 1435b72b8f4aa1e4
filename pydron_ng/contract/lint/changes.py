"""Where a function changes what it was given, or what others see: arguments, globals, settings."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from pydron_ng.contract.lint.functions import Function, callees_of
from pydron_ng.contract.lint.growing import may_grow_in_place
from pydron_ng.contract.lint.origins import Origins, Root
from pydron_ng.contract.lint.spelling import Spelling
from pydron_ng.contract.lint.suspicion import Sight
from pydron_ng.purity.effects import CHANGE_FIRST, SETTINGS
from pydron_ng.purity.methods import MUTATORS

#: Mutators whose value is of use; of others that are called for their value nobody knows whether
#: they return something new, as ``image.rotate(45)`` does.
_WITH_A_VALUE: Final = frozenset({"pop", "popitem", "popleft", "setdefault"})
_ARGUMENT: Final = "the caller's object changes with it, but a worker only has a copy"
_STATE: Final = "a worker changes its own copy; the program, and other calls, do not see that"
_SETTING: Final = "it belongs to the whole process; a worker changes its own"

#: Of each function, the parameters that it is known to change, and the line where.
Changed = Mapping[str, Mapping[str, int]]


class Changes:
    """The changes that one function makes, given what those that it calls are known to change."""

    def __init__(
        self,
        function: Function,
        spelling: Spelling,
        functions: Mapping[str, Function],
    ) -> None:
        self._function, self._spelling, self._functions = function, spelling, functions
        self._origins = Origins(function, spelling)
        self._statements = {id(n.value) for n in ast.walk(function.node) if isinstance(n, ast.Expr)}

    def all(self, known: Changed) -> Iterator[Sight]:
        """Each change of something that is not the function's own."""
        for node in ast.walk(self._function.node):
            yield from self._of_node(node)
        yield from self._declared()
        yield from self._by_callees(known)

    def _of_node(self, node: ast.AST) -> Iterator[Sight]:
        match node:
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                for target in targets:
                    yield from self._of_target(target)
            case ast.AnnAssign(target=target, value=ast.expr()):
                yield from self._of_target(target)
            case ast.For(target=target) | ast.AsyncFor(target=target):
                yield from self._of_target(target)
            case ast.withitem(optional_vars=ast.expr() as target):
                yield from self._of_target(target)
            case ast.AugAssign(target=ast.Name() as target):
                if may_grow_in_place(self._function.node, node):
                    yield from self._sights(node, target, f"`{ast.unparse(node)}` changes")
            case ast.AugAssign(target=target):
                yield from self._of_target(target)
            case ast.Call():
                yield from self._of_call(node)
            case _:
                pass

    def _of_target(self, target: ast.expr) -> Iterator[Sight]:
        match target:
            case ast.Tuple(elts=items) | ast.List(elts=items):
                for item in items:
                    yield from self._of_target(item)
            case ast.Starred(value=value):
                yield from self._of_target(value)
            case ast.Attribute(value=value) | ast.Subscript(value=value):
                deed = "deletes from" if isinstance(target.ctx, ast.Del) else "assigns to a part of"
                yield from self._setting(target) or self._sights(target, value, deed)
            case _:
                pass

    def _setting(self, target: ast.expr) -> list[Sight]:
        """``os.environ["A"] = ...``, ``sys.stdout = ...``, ``getcontext().prec = ...``."""
        match target:
            case ast.Attribute(value=ast.Call(func=func)):
                name = self._full(func)
                found = name == "decimal.getcontext"
            case ast.Attribute(value=value):
                name = self._full(target)
                found = name in SETTINGS or self._full(value) in SETTINGS
            case ast.Subscript(value=value):
                name = self._full(value)
                found = name in SETTINGS
            case _:
                return []
        said = f"it changes {name}"
        return [Sight(target, "changed-setting", said, _SETTING, name)] if found else []

    def _full(self, expression: ast.expr) -> str:
        return self._spelling.full(expression, self._function.bound | self._function.around)

    def _of_call(self, call: ast.Call) -> Iterator[Sight]:
        full = self._full(call.func)
        if full in CHANGE_FIRST and call.args:
            yield from self._sights(call, call.args[0], f"{full.removeprefix('builtins.')} changes")
        for keyword in call.keywords:
            if keyword.arg == "out":
                yield from self._sights(call, keyword.value, "out= writes to")
        match call.func:
            case ast.Attribute(value=receiver, attr=method) if self._changes(call, method):
                if not self._is_of_a_module(receiver):
                    yield from self._sights(call, receiver, f".{method}() changes", is_call=True)
            case _:
                pass

    def _changes(self, call: ast.Call, method: str) -> bool:
        """Is it a mutator whose value is left alone, as it is None, or that returns a part?"""
        if method not in MUTATORS:
            return False
        return id(call) in self._statements or method in _WITH_A_VALUE

    def _is_of_a_module(self, receiver: ast.expr) -> bool:
        match receiver:
            case ast.Name(id=name):
                return name in self._spelling.modules and name not in self._function.bound
            case ast.Attribute():
                return self._full(receiver) in SETTINGS or self._is_of_a_module(receiver.value)
            case _:
                return False

    def _sights(
        self, node: ast.expr | ast.stmt, what: ast.expr, deed: str, *, is_call: bool = False
    ) -> Iterator[Sight]:
        for root in sorted(self._origins.of(what), key=lambda root: root.name):
            if is_call and root.kind == "global" and root.name in self._spelling.defined:
                continue  # a method of a class may do anything
            yield self._sight(node, what, deed, root)

    def _sight(self, node: ast.expr | ast.stmt, what: ast.expr, deed: str, root: Root) -> Sight:
        code = "changed-argument" if root.is_parameter else "changed-state"
        is_it = isinstance(what, ast.Name) and what.id == root.name
        of = "its" if root.is_parameter else "the"
        inner = "" if is_it else f"{ast.unparse(what)}, a part of "
        said = f"{deed} {inner}{of} {root.kind} {root.name}"
        return Sight(node, code, said, _ARGUMENT if root.is_parameter else _STATE, root.name)

    def _declared(self) -> Iterator[Sight]:
        """Assignments to names that are declared global, or nonlocal to the whole function."""
        node = self._function.node
        declared: dict[str, str] = {}
        for part in ast.walk(node):
            if isinstance(part, ast.Global):
                declared |= dict.fromkeys(part.names, "global")
            elif isinstance(part, ast.Nonlocal):
                outer = self._function.around.intersection(part.names)
                declared |= dict.fromkeys(outer, "outer variable")
        for part in ast.walk(node):
            match part:
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()) if name in declared:
                    said = f"assigns the {declared[name]} {name}"
                    yield Sight(part, "changed-state", said, _STATE, name)
                case _:
                    pass

    def _by_callees(self, known: Changed) -> Iterator[Sight]:
        for call, callee in callees_of(self._function, self._functions):
            changed = known.get(callee.name, {})
            for parameter, argument in _handed(call, callee):
                if parameter in changed:
                    why = f"{callee.name}() changes its {parameter} on line {changed[parameter]}"
                    for sight in self._sights(call, argument, f"{callee.name}() changes"):
                        yield replace(sight, why=f"{why}; {sight.why}")


def _handed(call: ast.Call, callee: Function) -> Iterator[tuple[str, ast.expr]]:
    """Each argument with the parameter that it is for."""
    parameters = callee.parameters
    if isinstance(call.func, ast.Attribute):  # self.method(...)
        yield parameters[0] if parameters else "", call.func.value
        parameters = parameters[1:]
    plain = [arg for arg in call.args if not isinstance(arg, ast.Starred)]
    if len(plain) == len(call.args):
        yield from zip(parameters, plain, strict=False)
    yield from ((k.arg, k.value) for k in call.keywords if k.arg)


def changed_parameters(changes: Mapping[str, Changes]) -> dict[str, dict[str, int]]:
    """Of each function the parameters that it changes, itself or by what it calls."""
    known: dict[str, dict[str, int]] = {name: {} for name in changes}
    for _ in range(len(changes) + 1):
        found = {name: _parameters(one.all(known)) for name, one in changes.items()}
        if {n: set(f) for n, f in found.items()} == {n: set(k) for n, k in known.items()}:
            break
        known = found
    return known


def _parameters(sights: Iterator[Sight]) -> dict[str, int]:
    found: dict[str, int] = {}
    for sight in sights:
        if sight.code == "changed-argument":
            found.setdefault(sight.subject, sight.node.lineno)
    return found
