"""Classes that only keep what they are given: most dataclasses, named tuples, and their like."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from types import CodeType, FunctionType, MemberDescriptorType, SimpleNamespace
from typing import Any

#: A parameter's name, or a constant in a tuple of its own.
Source = str | tuple[Any]
_IDLE = frozenset("RESUME NOP COPY_FREE_VARS PRECALL PUSH_NULL CACHE".split())
#: What reading a tuple would not be with these.
_OVERRIDES = frozenset(
    """__getattribute__ __getattr__ __iter__ __getitem__ __len__ __bool__ __contains__ __eq__
    __hash__ __del__""".split()
)
_SELF, _OBJECT, _SETTER, _NOTHING = (("self",), ("object",), ("setter",), ("nothing",))
_mro: Any = type.__dict__["__mro__"].__get__  # a metaclass is not asked
_names: Any = type.__dict__["__dict__"].__get__


def is_record_class(cls: object) -> bool:
    """Does calling it run no code but that which keeps the arguments as attributes or items?"""
    if type(cls) is not type:
        return False
    return cls is SimpleNamespace or is_named_tuple(cls) or bool(assignments(cls))


def is_named_tuple(cls: type) -> bool:
    """Was it made by collections.namedtuple or typing.NamedTuple, and left as it was made?"""
    new = getattr(_first(cls, "__new__"), "__func__", _first(cls, "__new__"))
    if _mro(cls)[1:] != (tuple, object) or type(new) is not FunctionType:
        return False
    if not _OVERRIDES.isdisjoint(_names(cls)):
        return False
    fields = _first(cls, "_fields")
    generated = str(new.__globals__.get("__name__")).startswith("namedtuple_")
    return type(fields) is tuple and generated and _first(cls, "__init__") is object.__init__


def assignments(cls: type) -> tuple[tuple[str, Source], ...]:
    """The attributes that making an instance sets, and what to; none if it does more."""
    init = _first(cls, "__init__")
    if type(init) is not FunctionType or _first(cls, "__new__") is not object.__new__:
        return ()
    is_object = [name for name in init.__code__.co_names if init.__globals__.get(name) is object]
    cells = zip(init.__code__.co_freevars, init.__closure__ or (), strict=True)
    is_object += [name for name, cell in cells if cell.cell_contents is object]
    found = _assigned(init.__code__, tuple(is_object))
    if found is None or not _sets_plainly(cls, [name for name, _ in found]):
        return ()
    return found


def _sets_plainly(cls: type, attributes: list[str]) -> bool:
    """Does setting these attributes of a new instance run no code?"""
    setter = _first(cls, "__setattr__")
    generated = type(setter) is FunctionType and setter.__code__.co_filename == "<string>"
    if setter is not object.__setattr__ and not (generated and "__dataclass_params__" in vars(cls)):
        return False
    reads_plainly = _first(cls, "__getattribute__") is object.__getattribute__
    if not reads_plainly or _first(cls, "__del__") is not None:
        return False
    found = [_first(cls, name) for name in attributes]
    return all(
        type(f) is MemberDescriptorType or not any("__set__" in _names(b) for b in _mro(type(f)))
        for f in found
    )


def _first(cls: type, name: str) -> Any:
    return next((_names(base)[name] for base in _mro(cls) if name in _names(base)), None)


@lru_cache(maxsize=256)
def _assigned(code: CodeType, is_object: tuple[str, ...]) -> tuple[tuple[str, Source], ...] | None:
    """What the code of an ``__init__`` assigns to attributes of its first parameter."""
    if not code.co_argcount or code.co_flags & 0x0C:  # *args, **kwargs
        return None
    stack: list[Any] = []
    found: list[tuple[str, Source]] = []
    for operation, value in _operations(code):
        match operation:
            case "param":
                stack.append(_SELF if value == code.co_varnames[0] else value)
            case "const":
                stack.append((value,))
            case "global" if value in is_object:
                stack.append(_OBJECT)
            case "LOAD_METHOD" | "LOAD_ATTR" if stack[-1:] == [_OBJECT] and value == "__setattr__":
                stack[-1] = _SETTER
            case "CALL" if len(stack) == 4 and stack[:2] == [_SETTER, _SELF]:  # noqa: PLR2004
                found.append((stack[2][0], stack[3]))
                stack[:] = [_NOTHING]
            case "POP_TOP" if stack == [_NOTHING]:
                stack.clear()
            case "STORE_ATTR" if len(stack) == 2 and stack[1] is _SELF:  # noqa: PLR2004
                found.append((value, stack[0]))
                stack.clear()
            case "return":
                break
            case _:
                return None
    return tuple(found)


def _operations(code: CodeType) -> Iterator[tuple[str, Any]]:
    """What the code does, in the words of `_assigned`."""
    import dis  # slow, and seldom needed

    for step in dis.get_instructions(code):
        name = step.opname
        if name in _IDLE:
            continue
        if name in {"LOAD_FAST_LOAD_FAST", "LOAD_FAST_BORROW_LOAD_FAST_BORROW"}:
            yield from (("param", parameter) for parameter in step.argval)
        elif name in {"LOAD_FAST", "LOAD_FAST_BORROW"}:
            yield "param", step.argval
        elif name in {"LOAD_CONST", "LOAD_SMALL_INT"}:
            yield "const", step.argval
        elif name in {"LOAD_GLOBAL", "LOAD_DEREF"}:
            yield "global", step.argval
        else:
            yield ("return" if name.startswith("RETURN_") else name), step.argval
