"""Changing own containers: append and its like, item assignment, also of what is inside of them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from pydron_ng.purity.methods import MUTATORS
from pydron_ng.translation.kinds import Kind
from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.changes import adopted, inside, operation_of
from pydron_ng.translation.runahead.constructs.access import get_item
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.own import (
    OWN,
    holes,
    holes_in,
    plain,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Promise,
    Refused,
)
from pydron_ng.translation.runahead.registry import guard

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{list}.append({call})",
    "{list}.extend([{call}, {call}])",
    "{dict}.update({{{int}: {call}}})",
    "{dict}.update({{{int}: {call}}}, name={call})",
    "{set}.add({call})",
    "{list}.insert(0, {call})",
    "{dict}.setdefault({int}, []).append({call})",
    "{new} = [{call}, {int}].pop()",
    "if {list}:\n    {new} = {list}.pop()",
    "if rows and len(rows[-1]) < 9: rows[-1].append({call})",
    "del {list}[1:]",
    "if {list}:\n    {list}[0] += {call}",
)
#: How many of a method's arguments are read; promises among the others go in as they are.
_READ = {
    "append": 0,
    "appendleft": 0,
    "insert": 1,
    "setdefault": 1,
    "pop": 1,
    "__setitem__": 1,
    "+=": 1,
}
#: These look at all that is in the container.
_WHOLE = frozenset({"sort", "remove", "index"})


# --- emitting ---


def change(emitter: Emitter, node: ast.Call) -> str | None:
    """The text of ``name.pop()`` and its like: changes the container and gives the value.

    After:
        (t5 := taken(ra, 'pop', v_todo, ()), v_todo := t5[0])[0][1]
    """
    parts = None if emitter.is_deferred else _parts(emitter, node)
    if parts is None:
        return None
    name, text = parts
    pair, variable = emitter.temporary(), emitter.name(name)
    return f"({pair} := taken({text}), {variable} := {pair}[0])[0][1]"


def change_alone(emitter: Emitter, node: ast.expr) -> bool:
    """Emit a statement that is nothing but such a call; False if `node` is something else."""
    parts = _parts(emitter, node) if isinstance(node, ast.Call) else None
    if parts is None:
        return False
    name, text = parts
    emitter.line(f"{emitter.name(name)} = changed({text})")
    return True


def change_item(emitter: Emitter, target: ast.Subscript, method: str, *arguments: str) -> bool:
    """Emit ``name[...] = ...``, ``del name[...]`` and ``name[...] += ...``; False if not own."""
    found = _place(emitter, target.value)
    if found is None:
        return False
    name, steps = found
    emitter.followed.add(target)
    variable = emitter.name(name)
    words = [repr(method), variable, steps, emitter.expression(target.slice), *arguments]
    emitter.line(f"{variable} = changed(ra, {', '.join(words)})")
    return True


def _parts(emitter: Emitter, node: ast.Call) -> tuple[str, str] | None:
    """The name of the container that a call changes, and the arguments of the guard."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr not in MUTATORS:
        return None
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return None
    if node.keywords and not _is_reversed_sort(node) and not _is_update_by_name(node):
        return None
    kind = emitter.plan.effects.kinds[emitter.outline.of[node]]
    found = _place(emitter, node.func.value) if kind is Kind.CONTAINER else None
    if found is None:
        return None
    name, steps = found
    emitter.followed.add(node)
    arguments = [emitter.expression(argument) for argument in node.args]
    if _is_update_by_name(node):
        arguments.append(_named(emitter, node))
    else:
        arguments += [emitter.expression(keyword.value) for keyword in node.keywords]
    words = ["ra", repr(node.func.attr), emitter.name(name), steps, *arguments]
    return name, ", ".join(words)


def _is_reversed_sort(node: ast.Call) -> bool:
    assert isinstance(node.func, ast.Attribute)
    return node.func.attr == "sort" and [k.arg for k in node.keywords] == ["reverse"]


def _is_update_by_name(node: ast.Call) -> bool:
    assert isinstance(node.func, ast.Attribute)
    named = [keyword.arg for keyword in node.keywords]
    return node.func.attr == "update" and bool(named) and None not in named


def _named(emitter: Emitter, node: ast.Call) -> str:
    """The keyword arguments as a dict, which comes after the one that is given by place."""
    values = ", ".join(emitter.expression(keyword.value) for keyword in node.keywords)
    return f"made_dict(ra, {[keyword.arg for keyword in node.keywords]}, [{values}])"


def _place(emitter: Emitter, node: ast.expr) -> tuple[str, str] | None:
    """The name behind ``name[i]`` or ``name.setdefault(k, [])``, and the steps from it."""
    steps: list[str] = []
    while not isinstance(node, ast.Name):
        if isinstance(node, ast.Subscript):
            steps.append(f"({emitter.expression(node.slice)}, )")
            node = node.value
        elif _is_setdefault(node):
            assert isinstance(node, ast.Call)
            assert isinstance(node.func, ast.Attribute)
            key, missing = map(emitter.expression, node.args)
            emitter.followed.add(node)
            steps.append(f"({key}, {missing})")
            node = node.func.value
        else:
            return None
    if not emitter.is_own(node.id):
        return None
    return node.id, "(" + "".join(f"{step}, " for step in reversed(steps)) + ")"


def _is_setdefault(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "setdefault"
        and len(node.args) == 2  # noqa: PLR2004
        and not node.keywords
    )


# --- guards ---

Step = tuple[Any, ...]


class _Changed:
    """An own container after a change, and what the change gave."""

    __slots__ = ("container", "value")

    def __init__(self, container: Any, value: Any) -> None:
        self.container, self.value = container, value


@guard
def changed(
    ra: Ahead, method: str, container: Any, steps: tuple[Step, ...], *arguments: Any
) -> Any:
    """The own container after the change, or a promise of it; promises go in unread."""
    made = _change(ra, method, container, steps, arguments)
    return made.container if type(made) is _Changed else lifted(ra.ready, _container, made)


@guard
def taken(
    ra: Ahead, method: str, container: Any, steps: tuple[Step, ...], *arguments: Any
) -> tuple[Any, Any]:
    """The own container after the change, and the value of the call."""
    made = _change(ra, method, container, steps, arguments)
    if type(made) is _Changed:
        return made.container, made.value
    return lifted(ra.ready, _container, made), lifted(ra.ready, _value, made)


def _container(made: _Changed) -> Any:
    return made.container


def _value(made: _Changed) -> Any:
    return made.value


def _change(
    ra: Ahead,
    method: str,
    container: Any,
    steps: tuple[Step, ...],
    arguments: tuple[Any, ...],
) -> Any:
    """A _Changed, a promise of it, or UNKNOWN."""
    count = _READ.get(method, len(arguments))
    unread = arguments[count:]
    read = (*(step[0] for step in steps), *arguments[:count])
    missing: list[Promise] = []
    if not holes_in((step[0] for step in steps), missing):
        return UNKNOWN

    def run(found: Any, *known: Any) -> Any:
        own = found if type(found) in OWN else adopted(found)
        target = own
        for step, key in zip(steps, known, strict=False):
            target = inside(target, plain(key, {}), *step[1:])
        values = (*known[len(steps) : len(read)], *unread)
        return _operated(ra, method, own, target, values)

    return lifted(ra.ready, run, container, *read, *missing)


def _operated(ra: Ahead, method: str, own: Any, target: Any, values: tuple[Any, ...]) -> Any:
    if method == "+=":
        return _added_to(ra, own, target, *values)
    operation = operation_of(target, method)
    missing: list[Promise] = []
    if method in _WHOLE and not holes(target, missing):
        raise Refused(method)
    if missing:
        return lifted(ra.ready, lambda *_: _Changed(own, operation(target, *values)), *missing)
    return _Changed(own, operation(target, *values))


def _added_to(ra: Ahead, own: Any, target: Any, key: Any, symbol: str, value: Any) -> _Changed:
    from pydron_ng.translation.runahead.constructs.assign import augment

    fresh = augment(ra, symbol, get_item(target, plain(key, {})), value)
    return _Changed(own, operation_of(target, "__setitem__")(target, key, fresh))
