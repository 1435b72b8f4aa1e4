"""Objects that answer everything and remember that they were asked, and in which order."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

TOUCHES: list[str] = []

#: What an object answers that is to stand for everything at once.
_ANSWERS: dict[str, Callable[..., Any]] = {
    "__getitem__": lambda self, key: 3,
    "__setitem__": lambda self, key, value: None,
    "__delitem__": lambda self, key: None,
    "__iter__": lambda self: Steps(),
    "__reversed__": lambda self: Steps(),
    "__len__": lambda self: 2,
    "__contains__": lambda self, item: False,
    "__eq__": lambda self, other: True,
    "__ne__": lambda self, other: False,
    "__lt__": lambda self, other: True,
    "__le__": lambda self, other: True,
    "__gt__": lambda self, other: False,
    "__ge__": lambda self, other: False,
    "__hash__": lambda self: 7,
    "__bool__": lambda self: True,
    "__add__": lambda self, other: 10,
    "__radd__": lambda self, other: 11,
    "__iadd__": lambda self, other: self,
    "__mul__": lambda self, other: 12,
    "__rmul__": lambda self, other: 13,
    "__sub__": lambda self, other: 14,
    "__truediv__": lambda self, other: 15,
    "__floordiv__": lambda self, other: 16,
    "__mod__": lambda self, other: 17,
    "__pow__": lambda self, other: 18,
    "__matmul__": lambda self, other: 19,
    "__and__": lambda self, other: 20,
    "__or__": lambda self, other: 21,
    "__lshift__": lambda self, other: 22,
    "__neg__": lambda self: 23,
    "__pos__": lambda self: 24,
    "__invert__": lambda self: 25,
    "__abs__": lambda self: 26,
    "__round__": lambda self, digits=0: 27,
    "__int__": lambda self: 28,
    "__float__": lambda self: 2.5,
    "__complex__": lambda self: 2.5j,
    "__index__": lambda self: 1,
    "__divmod__": lambda self, other: (1, 2),
    "__format__": lambda self, how: "formatted",
    "__str__": lambda self: "text",
    "__repr__": lambda self: "shown",
    "__bytes__": lambda self: b"bytes",
    "__fspath__": lambda self: "path",
    "__call__": lambda self, *args, **kwargs: 29,
    "__enter__": lambda self: 30,
    "__exit__": lambda self, *exc: True,
    "__length_hint__": lambda self: 2,
    "__getattr__": lambda self, name: _absent(name),
    "__instancecheck__": lambda cls, other: True,
    "__subclasscheck__": lambda cls, other: True,
}
_OF_CLASSES = {"__instancecheck__", "__subclasscheck__"}


def _absent(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return 31


def _recorded(owner: str, name: str, answer: Callable[..., Any]) -> Callable[..., Any]:
    def touched(self: Any, *args: Any, **kwargs: Any) -> Any:
        detail = f" {args[0]}" if name.startswith("__getattr") else ""
        TOUCHES.append(f"{owner}.{name}{detail}")
        return answer(self, *args, **kwargs)

    return touched


def _inherited(base: type, name: str) -> Callable[..., Any]:
    return lambda self, *args, **kwargs: getattr(base, name)(self, *args, **kwargs)


def _recording(owner: str, base: type) -> type:
    """A subclass of a builtin type that behaves as that does, and remembers."""
    left_out = {"__hash__"} if base.__hash__ is None else set()
    own = {n for n in [*_ANSWERS, "__getattribute__"] if hasattr(base, n)} - _OF_CLASSES - left_out
    members = {name: _recorded(owner, name, _inherited(base, name)) for name in own}
    if base is dict:
        members["__missing__"] = _recorded(owner, "__missing__", lambda self, key: 32)
    return type(owner, (base,), members)


class Steps:
    """An iterator that remembers each step."""

    def __init__(self) -> None:
        self._left = [5, 4]

    def __iter__(self) -> Steps:
        TOUCHES.append("Steps.__iter__")
        return self

    def __next__(self) -> int:
        TOUCHES.append("Steps.__next__")
        if not self._left:
            raise StopIteration
        return self._left.pop()


class _Descriptor:
    """Remembers each access to the attribute that it stands for."""

    def __get__(self, owner: object, cls: type) -> int:
        TOUCHES.append("descriptor.__get__")
        return 33

    def __set__(self, owner: object, value: object) -> None:
        TOUCHES.append("descriptor.__set__")


class _Everything:
    """Answers whatever it is asked."""

    described = _Descriptor()

    @property
    def x(self) -> int:
        TOUCHES.append("property")
        return 34

    @x.setter
    def x(self, value: object) -> None:
        TOUCHES.append("property set")


class _Meta(type):
    """Remembers what is asked of a class."""


def _give_answers() -> None:
    for name, answer in _ANSWERS.items():
        if name not in _OF_CLASSES:
            setattr(_Everything, name, _recorded("everything", name, answer))
        if name not in {"__getattr__", "__hash__", "__eq__", "__ne__"}:  # see the contract
            setattr(_Meta, name, _recorded("class", name, answer))
    _Meta.__getattribute__ = _recorded("class", "__getattribute__", type.__getattribute__)


_give_answers()
_Guarded = _recording("guarded", _Everything)
_Class = _Meta("_Class", (), {"x": 35, "y": _Descriptor()})
_Text, _Number = _recording("str", str), _recording("int", int)
_List, _Tuple = _recording("list", list), _recording("tuple", tuple)
_Dict, _Set = _recording("dict", dict), _recording("set", set)


def _lazy_module() -> types.ModuleType:
    """A module that makes its names when they are asked for."""

    def __getattr__(name: str) -> int:
        TOUCHES.append(f"module.__getattr__ {name}")
        return 36

    module = types.ModuleType("lazy")
    vars(module)["__getattr__"] = __getattr__
    return module


#: One maker for each kind of object; each object is fresh.
KINDS: dict[str, Callable[[], Any]] = {
    "everything": _Everything,
    "guarded": _Guarded,
    "class": lambda: _Class,
    "instance-of-class": lambda: object.__new__(_Class),
    "module": _lazy_module,
    "str": lambda: _Text("abc"),
    "int": lambda: _Number(3),
    "list": lambda: _List([3, 1, 2]),
    "tuple": lambda: _Tuple((3, 1, 2)),
    "dict": lambda: _Dict({"a": 1, 2: 3}),
    "set": lambda: _Set({1, 2}),
    "iterator": Steps,
}
