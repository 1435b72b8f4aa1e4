"""Methods of builtin values: the pure ones, called once all that they look at is known."""

from __future__ import annotations

from types import FunctionType, MethodType
from typing import Any

from pydron_ng.purity.methods import PURE_METHODS
from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.access import attribute, get_attribute
from pydron_ng.translation.runahead.constructs.arrays import (
    has_method,
    is_array,
    method_of_array,
)
from pydron_ng.translation.runahead.constructs.operators import is_hashable
from pydron_ng.translation.runahead.constructs.text import check_format
from pydron_ng.translation.runahead.operations import (
    deeply,
    lifted,
)
from pydron_ng.translation.runahead.own import (
    OWN,
    OwnDict,
    OwnList,
    OwnTuple,
    shape,
)
from pydron_ng.translation.runahead.promises import (
    UNKNOWN,
    Refused,
)
from pydron_ng.translation.runahead.registry import guard
from pydron_ng.translation.runahead.tame import LARGEST, checked, is_tame, owned

PRODUCTIONS = (
    "{new} = 'a,b,{{}}'.format({call}).split(sep=',', maxsplit=1)",
    "{new} = '-'.join([str({call}), str({name})])",
    "{new} = {{1: {call}}}.get(1, {int})",
)


class Method:
    """A method of a builtin container or value, not looked up yet."""

    __slots__ = ("name", "receiver")

    def __init__(self, receiver: Any, name: str) -> None:
        self.receiver, self.name = receiver, name


@guard
def method(ra: Ahead, receiver: Any, name: str) -> Any:
    """The callee of a method call; for builtin values it is looked up when it is called."""

    def run(value: Any) -> Any:
        kind = shape(value)
        if name in PURE_METHODS.get(kind, ()):
            return Method(value, name)
        if has_method(value, name):
            return Method(value, name)
        return get_attribute(value, name)

    return lifted(ra.ready, run, receiver)


@guard
def own_method(ra: Ahead, given: Any, now: Any, name: str) -> Any:
    """The callee of a method call on an object that may have changed since.

    now: the object as it is then, which methods are given; functions are not.
    """
    found = attribute(ra, given, name)
    is_of_class = type(found) is MethodType and isinstance(found.__self__, type)
    return found if is_of_class or type(found) is FunctionType else method(ra, now, name)


def call_method(ra: Ahead, callee: Method, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The value of a pure method, or a promise of it."""
    receiver, name = callee.receiver, callee.name
    if name in {"items", "values", "keys"} and not args:
        return _view(receiver, name) if not kwargs else UNKNOWN
    if name == "get" and type(receiver) in OWN and not kwargs:
        return lifted(ra.ready, lambda *values: _got(receiver, *values), *args)
    names = tuple(kwargs)

    def run(receiver: Any, *values: Any) -> Any:
        split = len(values) - len(names)
        named = dict(zip(names, values[split:], strict=True))
        if is_array(receiver):
            return owned(method_of_array(receiver, name, values[:split], named))
        _check(name, receiver, values)
        return owned(getattr(receiver, name)(*values[:split], **named))

    return deeply(ra.ready, run, receiver, *args, *kwargs.values())


def call_unbound(ra: Ahead, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The value of a pure method that was taken from its class, as ``str.lower`` is."""

    def run(receiver: Any) -> Any:
        if shape(receiver) is not function.__objclass__:
            raise Refused(function.__name__)
        return call_method(ra, Method(receiver, function.__name__), args[1:], kwargs)

    return lifted(ra.ready, run, args[0])


def _got(container: OwnDict, key: Any, missing: Any = None) -> Any:
    if not is_hashable(key):
        raise Refused("get")
    return container.get(key, missing)


def _view(receiver: Any, name: str) -> Any:
    """The view as a list of its own: the dict may be changed meanwhile."""
    if name == "items":
        return OwnList([OwnTuple(pair) for pair in receiver.items()])
    return OwnList(getattr(receiver, name)())


def _check(name: str, receiver: Any, values: tuple[Any, ...]) -> None:
    """Refuse what is not tame, and what could make a huge text out of small ones."""
    for value in values:
        checked(value)
    if not is_tame(receiver):
        raise Refused(name)
    if name in {"replace", "join", "translate"} and len(receiver) * _size(values) > LARGEST:
        raise Refused(name)
    if name == "expandtabs" and receiver.count("\t" if type(receiver) is str else b"\t") > 1:
        raise Refused(name)
    if name == "format":
        check_format(receiver)


def _size(values: tuple[Any, ...]) -> int:
    """How many characters the values have, at most, each on its own."""
    return sum(_length(value) for value in values)


def _length(value: Any) -> int:
    if type(value) is dict:
        return max((_length(item) for item in value.values()), default=1)
    return len(value) if hasattr(value, "__len__") else 1
