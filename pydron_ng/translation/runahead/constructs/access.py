"""Attributes and subscripts: only where looking cannot run code of the user's."""

from __future__ import annotations

import ast
from enum import Enum, EnumType
from types import (
    ClassMethodDescriptorType,
    FunctionType,
    MemberDescriptorType,
    MethodDescriptorType,
    MethodType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

from pydron_ng.purity.library_values import attribute_names
from pydron_ng.translation.runahead.ahead import Ahead
from pydron_ng.translation.runahead.constructs.arrays import gathers, is_integer
from pydron_ng.translation.runahead.constructs.operators import is_hashable, is_plain_atom
from pydron_ng.translation.runahead.operations import lifted
from pydron_ng.translation.runahead.own import (
    OWN,
    LocalFunction,
    OwnNamed,
    OwnRecord,
    immutable,
    shape,
)
from pydron_ng.translation.runahead.promises import Refused
from pydron_ng.translation.runahead.registry import emits, guard
from pydron_ng.values.importable import is_module_class

if TYPE_CHECKING:
    from pydron_ng.translation.runahead.emitter import Emitter

PRODUCTIONS = (
    "{new} = {list}[{int}]",
    "{new} = {list}[:{int}]",
    "{new} = {object}.{attribute}",
    "for {item} in Color:\n    {new} = {functional}(len({item}.name)) + {item}.value",
    "{new} = len(os.path.join('data', str({call})))",
)
_MOST_KEYS = 2_000  # that are looked through at each lookup
_SEQUENCES = frozenset({list, tuple, str, bytes, range})


@emits(ast.Attribute)
def attribute_(emitter: Emitter, node: ast.Attribute) -> str:
    given = emitter.given(node.value)
    if given is not None:
        return f"field(ra, {', '.join(given)}, {node.attr!r})"
    return f"attribute(ra, {emitter.expression(node.value)}, {node.attr!r})"


@emits(ast.Subscript)
def subscript(emitter: Emitter, node: ast.Subscript) -> str:
    return f"item(ra, {emitter.expression(node.value)}, {emitter.expression(node.slice)})"


@emits(ast.Slice)
def slice_(emitter: Emitter, node: ast.Slice) -> str:
    parts = [emitter.expression(p) if p else "None" for p in (node.lower, node.upper, node.step)]
    return f"slicing(ra, {', '.join(parts)})"


@guard
def slicing(ra: Ahead, *bounds: Any) -> Any:
    """A slice object of atoms."""

    def run(*values: Any) -> slice:
        if any(type(value) not in {int, type(None)} for value in values):
            raise Refused("slice")
        return slice(*values)

    return lifted(ra.ready, run, *bounds)


@guard
def item(ra: Ahead, container: Any, key: Any) -> Any:
    """`container[key]` for builtin containers and arrays."""
    return lifted(ra.ready, get_item, container, key)


def get_item(container: Any, key: Any) -> Any:
    """An item, or a slice.

    Raises:
        Refused: the container is of a type with code of its own.
    """
    kind = shape(container)
    if kind in _SEQUENCES and (type(key) in {int, bool, slice} or is_integer(key)):
        return container[key] if type(key) is not slice else _sliced(container, key)
    if kind is dict and is_hashable(key) and compares_atoms(container):
        return container[key]
    if (_is_array(container) and _is_index(key)) or gathers(container, key):
        return container[key]
    raise Refused("subscript")


def compares_atoms(container: dict[Any, Any]) -> bool:
    """Does looking up an atom compare it with nothing but atoms?"""
    if type(container) in OWN:
        return True
    return len(container) <= _MOST_KEYS and all(map(is_plain_atom, container))


def _sliced(container: Any, key: slice) -> Any:
    own = type(container)
    return own(list(container)[key]) if own in OWN else container[key]


def _is_array(value: Any) -> bool:
    kind = type(value)
    return (
        type(kind) is type
        and kind.__module__ == "numpy"
        and kind.__name__ == "ndarray"
        and value.dtype.kind in "biufcSUmM"
    )


def _is_index(key: Any) -> bool:
    if type(key) in {tuple, *OWN}:
        return all(_is_index(part) for part in key)
    return type(key) in {int, slice, type(...), type(None)} or is_integer(key)


@guard
def attribute(ra: Ahead, value: Any, name: str) -> Any:
    """An attribute that is there without running code: modules, plain instances, methods."""

    def run(value: Any) -> Any:
        return get_attribute(value, name)

    return lifted(ra.ready, run, value)


@guard
def field(ra: Ahead, given: Any, now: Any, name: str) -> Any:
    """An attribute of an object that may have changed since, but hardly in this one.

    now: the object where to look for what can change; the given one if nothing has that one.
    """
    found = attribute(ra, given, name)
    if given is now:
        return lifted(ra.ready, _unless_a_method, found)
    return found if immutable(found) else attribute(ra, now, name)


def _unless_a_method(found: Any) -> Any:
    if type(found) is MethodType:
        raise Refused("a method of what may have changed")
    return found


def get_attribute(value: Any, name: str) -> Any:
    """The attribute, from the type and instance dictionaries, never by getattr.

    Raises:
        Refused: looking it up would run code, or might.
    """
    kind = type(value)
    if kind is OwnRecord or kind is OwnNamed:
        return _of_record(value, name)
    if kind is LocalFunction:
        raise Refused("an attribute of a function that was made here")
    if is_module_class(kind):
        return _of_module(value, kind, name)
    if issubclass(kind, type):
        return _of_class(value, name)
    if name in attribute_names(value):
        return getattr(value, name)
    if _is_array(value) and name in {"shape", "ndim", "size", "T"}:
        return getattr(value, name)
    if type(kind) is EnumType and name in _OF_MEMBERS:
        return _of_member(value, kind, name)
    return _of_instance(value, kind, name)


_OF_MEMBERS = frozenset({"name", "value"})


def _of_member(value: Any, kind: type, name: str) -> Any:
    if in_mro(kind, "__getattribute__") is not object.__dict__["__getattribute__"]:
        raise Refused("__getattribute__")
    if in_mro(kind, name) is not vars(Enum)[name]:
        raise Refused("an attribute that is computed")
    return _there(_instance_dictionary(value, kind), f"_{name}_")


def members(kind: Any) -> list[Any] | None:
    """The members of an enumeration, where going over it runs no code; None of all else."""
    if type(kind) is not EnumType:
        return None
    by_name = _names(kind)["_member_map_"]
    return [by_name[name] for name in _names(kind)["_member_names_"]]


def _of_module(value: Any, kind: type, name: str) -> Any:
    if type(in_mro(kind, name)) is property:
        raise Refused("an attribute that answers by thread")
    return _there(vars(value), name)


def _of_record(value: OwnRecord | OwnNamed, name: str) -> Any:
    """A field, or a method of the class."""
    if isinstance(value, OwnRecord):
        fields = value.fields
    else:
        fields = dict(zip(in_mro(value.of, "_fields"), value, strict=True))
    if name in fields:
        return fields[name]
    found = in_mro(value.of, name)
    if type(found) is FunctionType:
        return MethodType(found, value)
    raise Refused("an attribute of the class")


def get_class(value: Any) -> type:
    """The class that isinstance sees.

    Raises:
        Refused: the object could pretend to be of another one.
    """
    kind = type(value)
    if in_mro(kind, "__class__") is not object.__dict__["__class__"]:
        raise Refused("__class__")
    if type(in_mro(kind, "__getattribute__")) is not WrapperDescriptorType:
        raise Refused("__getattribute__")
    return kind


def _of_instance(value: Any, kind: type, name: str) -> Any:
    if in_mro(kind, "__getattribute__") is not object.__dict__["__getattribute__"]:
        raise Refused("__getattribute__")
    found = in_mro(kind, name)
    if type(found) is MemberDescriptorType:
        return found.__get__(value, kind)
    if found is not None and in_mro(type(found), "__set__") is not None:
        raise Refused("a data descriptor")
    own = _instance_dictionary(value, kind)
    if name in own:
        return own[name]
    return _bound(found, value, kind)


def _bound(found: Any, value: Any, kind: type) -> Any:
    if type(found) is FunctionType:
        return MethodType(found, value)
    if type(found) is staticmethod:
        return found.__func__
    if type(found) is classmethod:
        return MethodType(found.__func__, kind)
    if found is None or in_mro(type(found), "__get__") is not None:
        raise Refused("an attribute that is computed")
    return found


def _of_class(value: type, name: str) -> Any:
    if type(value) is EnumType:
        return _there(_names(value)["_member_map_"], name)
    if type(value) is not type:
        raise Refused("a class with a metaclass")
    found = in_mro(value, name)
    if type(found) in {FunctionType, MethodDescriptorType, ClassMethodDescriptorType}:
        return found  # of a builtin class: known by what it is, not yet bound
    return _bound(found, None, value)


_mro: Any = type.__dict__["__mro__"].__get__  # a metaclass is not asked
_names: Any = type.__dict__["__dict__"].__get__


def in_mro(kind: type, name: str) -> Any:
    """What `name` stands for in the class, found without asking it; None if it is not there."""
    for base in _mro(kind):
        if name in _names(base):
            return _names(base)[name]
    return None


def _instance_dictionary(value: Any, kind: type) -> dict[str, Any]:
    if not any("__dict__" in _names(base) for base in _mro(kind)):
        return {}
    own = object.__getattribute__(value, "__dict__")
    return own if type(own) is dict else {}


def _there(names: dict[str, Any], name: str) -> Any:
    if name not in names:
        raise Refused("a name that the module makes up")
    return names[name]
