"""Which values arrive as they left: a rule for each type, found once and kept."""

from __future__ import annotations

import copyreg
import sys
from collections.abc import Callable, Collection
from enum import Enum, EnumMeta
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodDescriptorType,
    MethodType,
    ModuleType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any, Final

from pydron_ng.values import restore
from pydron_ng.values.arrays import reduce_array
from pydron_ng.values.contents import slots_of
from pydron_ng.values.faithful import (
    CONTAINER_HOOKS,
    FAITHFUL_PACKAGES,
    FAITHFUL_TYPES,
    HOOKS,
    PLAIN_EXCEPTIONS,
)
from pydron_ng.values.importable import is_module_class
from pydron_ng.values.installed import is_installed
from pydron_ng.values.quiet import check_quiet_class
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.pickler import ValuePickler

#: How one object is reduced; NotImplemented leaves it to pickle's own ways.
Rule = Callable[[Any, "ValuePickler"], Any]

_BUILTIN_VALUES: Final = (int, float, complex, str, bytes, tuple, list, dict, set, frozenset)


def rule_for(cls: type, trusted: Collection[str]) -> Rule:
    """The rule for objects whose exact type is `cls`. trusted: what the user gave his word for."""
    if cls in _EXACT:
        return _EXACT[cls]
    if is_module_class(cls):
        return _reduce_module
    if is_known(cls) or full_name(cls) in trusted:
        return _by_pickle
    for applies, rule in _KINDS:
        if applies(cls):
            return rule
    return _plain_or_not(cls)


def _by_pickle(_obj: object, _pickler: ValuePickler) -> Any:
    return NotImplemented


def is_known(cls: type) -> bool:
    """Whether it is in the tables of types that pickle faithfully."""
    name = full_name(cls)
    return name.startswith(FAITHFUL_PACKAGES) or name in FAITHFUL_TYPES


def full_name(cls: type) -> str:
    """Module and qualified name, the same in all processes."""
    return f"{cls.__module__}.{cls.__qualname__}"


def _is_array(cls: type) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and cls is numpy.ndarray


def _is_numpy_atom(cls: type) -> bool:
    numpy = sys.modules.get("numpy")
    if numpy is None or cls.__module__.partition(".")[0] != "numpy":
        return False
    return issubclass(cls, (numpy.generic, numpy.dtype)) and cls is not numpy.void


def _is_numpy_function(cls: type) -> bool:
    numpy = sys.modules.get("numpy")
    return numpy is not None and cls in {numpy.ufunc, type(numpy.concatenate)}


def _reduce_member(obj: Enum, _pickler: ValuePickler) -> Any:
    name = obj._name_
    if type(obj).__members__.get(name or "") is obj:
        return restore.member, (type(obj), name)
    return restore.composite, (type(obj), obj._value_)


def _reduce_named_tuple(obj: tuple[Any, ...], _pickler: ValuePickler) -> Any:
    state = getattr(obj, "__dict__", None) or None
    return restore.tuple_of, (type(obj), tuple(obj)), state


def _reduce_exception(obj: BaseException, pickler: ValuePickler) -> Any:
    if pickler.raised is not obj and (obj.__traceback__ or obj.__cause__ or obj.__context__):
        why = f"a caught {type(obj).__qualname__} holds frames or other exceptions"
        raise Unshippable("unshippable-exception", why)
    slots = {name: getattr(obj, name) for name in slots_of(type(obj)) if hasattr(obj, name)}
    return restore.exception, (type(obj), obj.args, obj.__dict__, slots)


def _reduce_class(cls: type, pickler: ValuePickler) -> Any:
    check_quiet_class(cls)
    if cls is type(None) or pickler.goes_by_name(cls):
        return NotImplemented
    return pickler.by_token(cls)


def _reduce_function(function: Any, pickler: ValuePickler) -> Any:
    if pickler.goes_by_name(function):
        return NotImplemented
    return pickler.by_token(function)


def _reduce_builtin(function: Any, _pickler: ValuePickler) -> Any:
    owner = function.__self__
    if owner is None or isinstance(owner, ModuleType):
        return NotImplemented
    why = f"{function.__qualname__} is bound to an object of the program"
    raise Unshippable("unshippable-method", why)


def _reduce_module(module: ModuleType, _pickler: ValuePickler) -> Any:
    import importlib

    if sys.modules.get(module.__name__) is not module or module.__name__ == "__main__":
        raise Unshippable("unshippable-module", f"module {module.__name__} cannot be imported")
    if not is_installed(module.__name__):
        why = f"what module {module.__name__} holds may have been changed"
        raise Unshippable("unshippable-module", why)
    return importlib.import_module, (module.__name__,)


def _reduce_object(obj: object, pickler: ValuePickler) -> Any:
    place = pickler.library.place_of(obj)
    if place is None:
        why = "an object() that is not a module's own has no name to travel by"
        raise Unshippable("unshippable-sentinel", why)
    pickler.by_library = True
    return restore.sentinel, place


def _is_plain_exception(cls: type) -> bool:
    if not issubclass(cls, BaseException):
        return False
    builtin = next(base for base in cls.__mro__ if base.__module__ == "builtins")
    own = [base for base in cls.__mro__ if base.__module__ != "builtins"]
    return builtin in PLAIN_EXCEPTIONS and not any(_first_hook(base, HOOKS) for base in own)


def _is_named_tuple(cls: type) -> bool:
    fields = (base.__dict__.get("_fields") for base in cls.__mro__)
    hooks = ("__reduce__", "__reduce_ex__", "__getattribute__", "__setattr__", "__del__")
    return (
        issubclass(cls, tuple)
        and any(isinstance(names, tuple) for names in fields)
        and not any(name in base.__dict__ for base in cls.__mro__[:-1] for name in hooks[:2])
        and not any(name in base.__dict__ for base in cls.__mro__[:-2] for name in hooks[2:])
    )


def _plain_or_not(cls: type) -> Rule:
    """Pickle's own ways for a class that leaves pickling alone, else a refusal with the reason."""
    code, why = _objection(cls)
    if not code:
        return _by_pickle
    name = f"{cls.__module__}.{cls.__qualname__}"

    def refuse(_obj: object, _pickler: ValuePickler) -> Any:
        raise Unshippable(code, f"{name} {why}")

    return refuse


def _objection(cls: type) -> tuple[str, str]:
    """What speaks against sending objects of a class: a code and a reason, empty if nothing."""
    methods = {name for base in cls.__mro__[:-1] for name in base.__dict__}
    if "__next__" in methods:
        return "unshippable-iterator", "is an iterator: to send it is to consume it"
    if {"fileno", "readline"} <= methods or "readinto" in methods:
        return "unshippable-file", "is a file, which only this process has open"
    if cls in copyreg.dispatch_table:
        return "unshippable-hooks", "has a pickling function of its own"
    for base in cls.__mro__[:-1]:
        if base not in _BUILTIN_VALUES and (hook := _first_hook(base, _hooks_of(cls))):
            return "unshippable-hooks", f"defines {hook}; if it is faithful: value_type()"
    return "", ""


def _hooks_of(cls: type) -> frozenset[str]:
    is_container = issubclass(cls, (list, dict, set, frozenset))
    return HOOKS | CONTAINER_HOOKS if is_container else HOOKS


def _first_hook(cls: type, hooks: frozenset[str]) -> str:
    found = [name for name in cls.__dict__ if name in hooks and not _is_generated(cls, name)]
    return min(found, default="")


def _is_generated(cls: type, name: str) -> bool:
    """Whether a dataclass decorator put the method there, for frozen and slotted classes."""
    params = cls.__dict__.get("__dataclass_params__")
    if params is None:
        return False
    if name == "__setattr__":
        return bool(params.frozen)
    return getattr(cls.__dict__[name], "__module__", "") == "dataclasses"


_EXACT: Final[dict[type, Rule]] = {
    object: _reduce_object,
    type: _reduce_class,
    FunctionType: _reduce_function,
    BuiltinFunctionType: _reduce_builtin,
    MethodType: _by_pickle,
    MethodDescriptorType: _by_pickle,
    WrapperDescriptorType: _by_pickle,
    ModuleType: _reduce_module,
}

_KINDS: Final[tuple[tuple[Callable[[type], bool], Rule], ...]] = (
    (_is_array, reduce_array),
    (_is_numpy_atom, _by_pickle),
    (_is_numpy_function, _by_pickle),
    (lambda cls: issubclass(cls, type), _reduce_class),
    (lambda cls: isinstance(cls, EnumMeta), _reduce_member),
    (_is_plain_exception, _reduce_exception),
    (_is_named_tuple, _reduce_named_tuple),
)
