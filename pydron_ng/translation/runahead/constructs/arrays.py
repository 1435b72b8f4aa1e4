"""Arrays of numbers: small ones are computed with, where numpy could not warn."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from pydron_ng.translation.runahead.own import OwnTuple
from pydron_ng.translation.runahead.promises import Refused

PRODUCTIONS = (
    "{new} = float((m[:2] * {call} + 1).sum())",
    "{new} = float(m[m > {int}].sum())",
    "{new} = {functional}(int(np.arange(5)[np.array([1, 3])].max()))",
    "for {new} in np.linspace(0, {call} % 7, 3):\n    {statement}",
    "for {new}, {new} in enumerate(m):\n    {statement}",
)
#: Items of an array that run-ahead reads or makes.
_LARGEST = 50_000
_NUMBERS = frozenset({int, float})
_OPERATORS = frozenset("+ - * / // % ** & | ^ ~ < <= > >= == != u- u+".split())
_REDUCING = frozenset("sum mean min max std var argmin argmax".split())
_ARRANGING = frozenset("copy flatten ravel reshape transpose tolist item".split())
#: None of them warns, but by errstate; the reducing ones warn of nothing to reduce.
_FUNCTIONS = frozenset(
    """arange linspace array asarray concatenate stack vstack hstack array_split split delete
    argsort sort unique diff flatnonzero abs sqrt exp log log10""".split()
)
_KEYWORDS = frozenset("axis num endpoint dtype".split())


def is_array(value: Any) -> bool:
    """Is it an array of numbers, of exactly that type?"""
    numpy = sys.modules.get("numpy")
    kind = getattr(numpy, "ndarray", None)
    return kind is not None and type(value) is kind and value.dtype.kind in "biuf"


def is_integer(value: Any) -> bool:
    """Is it one of numpy's integers, of exactly such a type?"""
    return _is_of_kind(value, "integer")


def _is_of_kind(value: Any, base: str) -> bool:
    numpy: Any = sys.modules.get("numpy")
    kind = type(value)
    if numpy is None or type(kind) is not type or kind.__module__ != "numpy":
        return False
    return vars(numpy).get(kind.__name__) is kind and issubclass(kind, vars(numpy)[base])


def calculated(symbol: str, function: Callable[..., Any], values: tuple[Any, ...]) -> Any:
    """The value of an operator on arrays and numbers.

    Raises:
        Refused: others are among them, or they are large.
        FloatingPointError: numpy has something to say about it.
    """
    if symbol not in _OPERATORS or not all(map(_is_operand, values)):
        raise Refused(symbol)
    import numpy as np

    shapes = [value.shape for value in values if is_array(value)]
    if math.prod(np.broadcast_shapes(*shapes)) > _LARGEST:
        raise Refused("size")
    with np.errstate(all="raise"):
        return function(*values)


def _is_operand(value: Any) -> bool:
    return is_array(value) or type(value) in _NUMBERS or _is_scalar(value)


def _is_scalar(value: Any) -> bool:
    return _is_of_kind(value, "number") and value.dtype.kind in "iuf"


def gathers(array: Any, key: Any) -> bool:
    """Is it indexing by arrays of places, or by a mask, with a small result?"""
    parts = key if type(key) in {tuple, OwnTuple} else (key,)
    places = [part for part in parts if is_array(part) and part.dtype.kind in "biu"]
    others = [part for part in parts if not is_array(part)]
    if not is_array(array) or not places or len(places) + len(others) < len(parts):
        return False
    if any(type(part) not in {int, slice, type(None), type(...)} for part in others):
        return False
    row = array.size // max(1, len(array)) if array.ndim else 1
    return bool(max(array.size, math.prod(p.size for p in places) * row) <= _LARGEST)


def has_method(array: Any, name: str) -> bool:
    """Does run-ahead know what this method of an array gives?"""
    return is_array(array) and name in _REDUCING | _ARRANGING


def method_of_array(array: Any, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What the method gives.

    Raises:
        Refused: the array is large, or the arguments are not those that are known.
    """
    if array.size > _LARGEST or not set(named) <= {"axis"}:
        raise Refused(name)
    if name in _REDUCING and not array.size:
        raise Refused(name)
    if not all(map(_is_axis, (*args, *named.values()))) or len(args) > (name == "reshape") + 3:
        raise Refused(name)
    if name in _REDUCING and len(args) > 1:
        raise Refused(name)
    import numpy as np

    with np.errstate(all="raise"):
        return getattr(array, name)(*args, **named)


def _is_axis(value: Any) -> bool:
    return type(value) in {int, type(None)} or (
        type(value) is tuple and all(type(part) is int for part in value)
    )


def makes_arrays(callee: Any) -> bool:
    """Is it one of the functions of numpy that `function_of_arrays` calls?"""
    return _name_of(callee) != ""


def _name_of(callee: Any) -> str:
    numpy = sys.modules.get("numpy")
    known, name = (None, "") if numpy is None else _by_id(numpy).get(id(callee), (None, ""))
    return name if known is callee else ""


@lru_cache(maxsize=1)
def _by_id(numpy: Any) -> dict[int, tuple[Any, str]]:
    names = [name for name in _FUNCTIONS | _REDUCING if name in vars(numpy)]
    return {id(vars(numpy)[name]): (vars(numpy)[name], name) for name in names}


def function_of_arrays(callee: Any, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What the function of numpy gives.

    Raises:
        Refused: there is more among the arguments than small arrays, numbers and lists of those.
    """
    name = _name_of(callee)
    if not args or len(args) > 3 or not set(named) <= _KEYWORDS:  # noqa: PLR2004
        raise Refused(name)
    if not all(map(_is_given, args)) or not all(map(_is_setting, named.values())):
        raise Refused(name)
    if name in {"arange", "linspace"}:
        _check_count(name, args, named)
    elif name in _REDUCING and (len(args) > 1 or not _size(args[0])):
        raise Refused(name)
    if sum(map(_size, args)) > _LARGEST:
        raise Refused("size")
    import numpy as np

    with np.errstate(all="raise"):
        return callee(*args, **named)


def _is_given(value: Any, depth: int = 0) -> bool:
    if type(value) in {list, tuple}:
        return depth < 2 and all(_is_given(part, depth + 1) for part in value)  # noqa: PLR2004
    return _is_operand(value)


def _is_setting(value: Any) -> bool:
    return type(value) in {int, bool, type(None)} or any(value is kind for kind in (int, float))


def _size(value: Any) -> int:
    if type(value) in {list, tuple}:
        return sum(map(_size, value))
    return value.size if is_array(value) else 1


def _check_count(name: str, args: tuple[Any, ...], named: dict[str, Any]) -> None:
    """Refuse to make many numbers out of a few."""
    if any(not (type(a) in _NUMBERS or _is_scalar(a)) for a in (*args, named.get("num", 1))):
        raise Refused(name)
    if name == "linspace":
        count = named.get("num", args[2] if len(args) > 2 else 50)  # noqa: PLR2004
    else:
        low, high, step = (0, args[0], 1) if len(args) == 1 else (*args, 1)[:3]
        count = (high - low) / step
    if not count <= _LARGEST:
        raise Refused(name)
