"""How a function or class travels whole, with the strict rules for the values that it holds."""

from __future__ import annotations

import io
from types import (
    BuiltinFunctionType,
    FunctionType,
    MethodDescriptorType,
    WrapperDescriptorType,
)
from typing import TYPE_CHECKING, Any

import cloudpickle

from pydron_ng.values.importable import plain
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

    def reducer_override(self, obj: Any) -> Any:
        if plain(obj) is not obj and not self.library.is_importable(obj):
            return super().reducer_override(plain(obj))
        if isinstance(obj, (type, FunctionType)):
            return self._reduce_definition(obj)
        if "__pydron_mark__" in type(obj).__dict__:
            return type(obj), ()  # what was learnt of a function here stays here
        if type(obj) in _PARTS or type(obj) in self.dispatch_table.maps[0]:
            return NotImplemented
        return self._by_rule(obj)

    def _reduce_definition(self, obj: Any) -> Any:
        """By reference only if a worker can import it: cloudpickle asks no finder."""
        reduced = super().reducer_override(obj)
        if reduced is not NotImplemented or self.library.is_importable(obj):
            return reduced
        if isinstance(obj, FunctionType):
            return self._dynamic_function_reduce(obj)
        return cloudpickle.cloudpickle._dynamic_class_reduce(obj)  # noqa: SLF001

    def _by_rule(self, obj: Any) -> Any:
        rule: Rule = self.library.rule(type(obj))
        try:
            return rule(obj, self)
        except Unshippable as failure:
            raise Unshippable(failure.code, f"the function holds this: {failure.why}") from None


#: Types that cloudpickle leaves to pickle and that are parts of code, not values.
_PARTS = frozenset({BuiltinFunctionType, WrapperDescriptorType, MethodDescriptorType})
