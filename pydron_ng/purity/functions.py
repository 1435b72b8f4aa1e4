"""Functions of Python itself that have no effect and always give the same: for tame arguments.

``pow`` and the factorial family are left out: their results can be huge.
"""

from __future__ import annotations

import builtins
import collections
import copy
import itertools
import math
import operator
import posixpath
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

from pydron_ng.purity.library_values import CONSTRUCTORS

_BUILTINS = """
len abs min max sum sorted range int float complex str bytes bool repr round
divmod ord chr bin hex oct list tuple dict set frozenset any all enumerate zip
reversed isinstance
""".split()
_MATH = """ceil copysign fabs floor fmod frexp fsum gcd hypot isclose isfinite isinf isnan isqrt
ldexp log log10 log1p log2 modf radians degrees sin cos tan asin acos atan atan2 sinh cosh tanh
sqrt exp expm1 trunc dist erf erfc""".split()
_OPERATOR = "add sub truediv floordiv mod neg eq ne lt le gt ge not_ and_ or_ xor".split()
_COLLECTIONS = "deque defaultdict Counter".split()
_PATH = "join basename dirname splitext split normpath isabs commonprefix".split()
_ITERTOOLS = """chain islice repeat pairwise zip_longest product combinations permutations
combinations_with_replacement accumulate""".split()
#: Class methods of builtin classes, as they stand in those: bound anew at each look.
_OF_CLASSES = ((dict, "fromkeys"), (itertools.chain, "from_iterable"))

#: Iterating these is iterating their first argument, whatever else they do: progress bars.
WRAPPERS = frozenset(
    {
        ("tqdm.std", "tqdm"),
        ("tqdm.asyncio", "tqdm_asyncio"),
        ("tqdm.notebook", "tqdm_notebook"),
        ("rich.progress", "track"),
    }
)


def _named(module: ModuleType, names: list[str]) -> Iterator[Callable[..., Any]]:
    return (getattr(module, name) for name in names)


@cache
def pure_functions() -> dict[int, Callable[..., Any]]:
    """The functions, by id: asking for equality or hash could run code of the user's."""
    functions = [
        *_named(builtins, _BUILTINS),
        *CONSTRUCTORS,
        *_named(math, _MATH),
        *_named(operator, _OPERATOR),
        *_named(collections, _COLLECTIONS),
        *_named(posixpath, _PATH),
        *_named(itertools, [*_ITERTOOLS, *(["batched"] if hasattr(itertools, "batched") else [])]),
        *(vars(owner)[name] for owner, name in _OF_CLASSES),
        copy.copy,
        copy.deepcopy,
    ]
    return {id(function): function for function in functions}


def is_pure(callee: object) -> bool:
    """Is it one of the functions that are known to be pure?"""
    return callee is not None and pure_functions().get(id(callee)) is callee


def is_wrapper(callee: object) -> bool:
    """Does it hand on the items of its first argument, one by one?"""
    kind = type(callee)
    if kind is not type and kind is not FunctionType:
        return False
    names = object.__getattribute__ if kind is FunctionType else type.__getattribute__
    where = (names(callee, "__module__"), names(callee, "__qualname__"))
    return where in WRAPPERS
