"""How a function or class travels whole, with the strict rules for the values that it holds."""

from __future__ import annotations

import io
import linecache
from collections.abc import Callable
from types import (
    BuiltinFunctionType,
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

import cloudpickle
from cloudpickle import cloudpickle as _cloudpickle

from pydron_ng.values import restore
from pydron_ng.values.importable import plain
from pydron_ng.values.quiet import check_quiet
from pydron_ng.values.rules import Rule
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.blob import Token
    from pydron_ng.values.library import Library


class DefinitionPickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Cloudpickle for code; for every value the rules that arguments obey."""

    def __init__(self, file: io.BytesIO, library: Library) -> None:
        super().__init__(file, 5)
        self.library = library
        self.tokens: list[Token] = []
        self.by_library = True
        self.raised: BaseException | None = None
        self._texts: dict[str, str] = {}

    def reducer_override(self, obj: Any) -> Any:
        check_quiet(obj)
        if plain(obj) is not obj and not self.library.is_importable(obj):
            return self._decorated(obj, super().reducer_override(plain(obj)))
        if isinstance(obj, (type, FunctionType)):
            return self._reduce_definition(obj)
        if isinstance(obj, CodeType):
            return _code, (*_cloudpickle._code_reduce(obj), obj.co_filename)  # noqa: SLF001
        if "__pydron_mark__" in type(obj).__dict__:
            return obj.__reduce__()  # what was learnt of a function here stays here
        if type(obj) in _PARTS or type(obj) in self.dispatch_table.maps[0]:
            return NotImplemented
        return self._by_rule(obj)

    def _reduce_definition(self, obj: Any) -> Any:
        """By reference only if a worker can import it: cloudpickle asks no finder."""
        reduced = super().reducer_override(obj)
        if reduced is NotImplemented and not self.library.is_importable(obj):
            if isinstance(obj, FunctionType):
                return self._decorated(obj, self._dynamic_function_reduce(obj))
            reduced = _cloudpickle._dynamic_class_reduce(obj)  # noqa: SLF001
        is_made = type(reduced) is tuple and reduced[0] is _MAKE_CLASS
        return _with_slots(obj, reduced) if is_made else self._decorated(obj, reduced)

    def _decorated(self, obj: Any, reduced: Any) -> Any:
        """The reduction of a function with what decorators have put on it, if there is any.

        Of a scheduled one with the text of its file, which is not read where calls go.
        """
        names = getattr(obj, "__dict__", {})
        carried = names.get("__pydron_scheduled__")
        if type(reduced) is not tuple or len(reduced) != _REDUCED or type(obj) is not FunctionType:
            return reduced
        if not carried and "__functional__" not in names:
            return reduced
        make, args, state, items, pairs, setter = reduced
        text = self._text_of(obj.__code__.co_filename) if carried else ""
        state = setter, state, bool(carried), getattr(carried, "speculates", False), text
        return make, args, state, items, pairs, restore.decorated

    def _text_of(self, file: str) -> str:
        if file not in self._texts:
            self._texts[file] = "".join(linecache.getlines(file))
        return self._texts[file]

    def _by_rule(self, obj: Any) -> Any:
        rule: Rule = self.library.rule(type(obj))
        try:
            return rule(obj, self)
        except Unshippable as failure:
            raise Unshippable(failure.code, f"the function holds this: {failure.why}") from None


def _code(make: Callable[..., CodeType], args: tuple[Any, ...], file: str) -> CodeType:
    """Code with the name of its file, which not every cloudpickle keeps: tracebacks show it."""
    return make(*args).replace(co_filename=file)


#: Of a function by value: maker, its arguments, state, nothing, nothing, who sets the state.
_REDUCED = 6


def _with_slots(cls: type, reduced: tuple[Any, ...]) -> tuple[Any, ...]:
    """Cloudpickle's reduction of a class, for one that is made with the slots that it has.

    Cloudpickle names them when the class is there: its objects would have a dictionary besides.
    """
    own = vars(cls)
    if "__slots__" not in own:
        return reduced
    make, (kind, name, bases, names, *others), (state, slots), *rest = reduced
    members = [n for n, value in own.items() if type(value) is MemberDescriptorType]
    opened = [n for n in ("__dict__", "__weakref__") if type(own.get(n)) is GetSetDescriptorType]
    names = names | {"__slots__": (*members, *opened)}
    kept = {n: value for n, value in state.items() if n not in members}
    return make, (kind, name, bases, names, *others), (kept, slots), *rest


_MAKE_CLASS = _cloudpickle._make_skeleton_class  # noqa: SLF001

#: Types that cloudpickle leaves to pickle and that are parts of code, not values.
_PARTS = frozenset({BuiltinFunctionType, WrapperDescriptorType, MethodDescriptorType})
