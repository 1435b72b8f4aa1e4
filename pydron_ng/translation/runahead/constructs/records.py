"""Instances of classes that only keep what they are given: their fields may be values to come."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pydron_ng.purity.records import assignments, is_named_tuple
from pydron_ng.translation.runahead.constructs.access import in_mro
from pydron_ng.translation.runahead.own import (
    OwnNamed,
    OwnRecord,
)
from pydron_ng.translation.runahead.promises import UNKNOWN

PRODUCTIONS = (
    "pair = Pair({call}, {name})\n{new} = pair.left + {functional}(pair.right)",
    "{new} = {functional}(Spot(y={call}, x={int}).x)",
)


def made_record(cls: type, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """The instance as run-ahead has it; UNKNOWN where the arguments do not fit."""
    if cls is SimpleNamespace:
        return UNKNOWN if args else OwnRecord(cls, dict(kwargs))
    if is_named_tuple(cls):
        return _named(cls, args, kwargs)
    init: Any = in_mro(cls, "__init__")
    given = _given(init, ("self", *args), kwargs)
    if given is None:
        return UNKNOWN
    fields = {
        name: given[source] if isinstance(source, str) else source[0]
        for name, source in assignments(cls)
    }
    return OwnRecord(cls, fields)


def _named(cls: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    defaults = cls.__new__.__defaults__ or ()
    names = cls._fields
    given = dict(zip(names[len(names) - len(defaults) :], defaults, strict=True))
    given |= dict(zip(names, args, strict=False))
    twice = set(kwargs).intersection(names[: len(args)])
    if len(args) > len(names) or twice or not set(kwargs).issubset(names):
        return UNKNOWN
    given |= kwargs
    if len(given) < len(names):
        return UNKNOWN
    made = OwnNamed([given[name] for name in names])
    made.of = cls
    return made


def _given(init: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> dict[str, Any] | None:
    """The values of the parameters; None if the call is a mistake."""
    code = init.__code__
    places = code.co_varnames[: code.co_argcount]
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    defaults = init.__defaults__ or ()
    given = dict(zip(places[len(places) - len(defaults) :], defaults, strict=True))
    given |= init.__kwdefaults__ or {}
    given |= dict(zip(places, args, strict=False))
    taken = {*places[: len(args)], *places[: code.co_posonlyargcount]}
    if len(args) > len(places) or taken.intersection(kwargs) or not set(kwargs) <= set(names):
        return None
    given |= kwargs
    return given if len(given) == len(names) else None
