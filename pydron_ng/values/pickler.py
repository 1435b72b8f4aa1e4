"""One pass over a value at the speed of C: what has a faithful form goes into the pickle."""

from __future__ import annotations

import io
import pickle
import struct
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from pydron_ng.values import restore
from pydron_ng.values.arrays import Memory
from pydron_ng.values.blob import Token
from pydron_ng.values.quiet import check_quiet_class
from pydron_ng.values.unshippable import Unshippable

if TYPE_CHECKING:
    from pydron_ng.values.library import Library


class _Sink:
    """A file to write to that is a list."""

    __slots__ = ("write",)

    def __init__(self, write: Callable[[bytes], None]) -> None:
        self.write = write


class ValuePickler(pickle.Pickler):
    """Pickles by the library's rules. Used again and again, by one thread at a time.

    After ``dump``: chunks and buffers hold the bytes, tokens what they refer to by token,
    by_library whether reading them takes a library.
    raised: the exception that is being sent as raised rather than as a value.
    named: where to note what went by its name; then all goes so that can be imported.
    current: the last object that a rule was asked for.
    """

    def __init__(self, library: Library) -> None:
        self.chunks: list[bytes] = []
        super().__init__(_Sink(self.chunks.append), 5, buffer_callback=self._keep)
        self.library = library
        self.rules = library.rules
        self.buffers: list[bytes | Memory] = []
        self.tokens: list[Token] = []
        self.by_library = False
        self.raised: BaseException | None = None
        self.named: list[Any] | None = None
        self.current: object = None

    def forget(self) -> None:
        """Ready for the next value; nothing of the last one is kept alive."""
        self.clear_memo()
        self.chunks.clear()
        self.raised = self.named = self.current = None
        if self.buffers or self.by_library:
            self.buffers.clear()
            self.tokens.clear()
            self.by_library = False

    def reducer_override(self, obj: Any) -> Any:
        self.current = obj
        cls = type(obj)
        if type(cls) is not type:
            check_quiet_class(cls)
        rule = self.rules.get(cls)
        if rule is None:
            rule = self.library.rule(cls)
        return rule(obj, self)

    def goes_by_name(self, definition: Any) -> bool:
        """Whether a function or class is told by its name alone."""
        if self.named is None:
            return self.library.is_same_by_name(definition)
        self.named.append(definition)
        return self.library.is_importable(definition)

    def by_token(self, definition: Any) -> tuple[Any, ...]:
        """The reduction of a class or function that is defined to the worker beforehand."""
        tokens = self.library.tokens_for(definition)
        self.tokens += [token for token in tokens if token not in self.tokens]
        self.by_library = True
        return restore.by_token, (bytes(tokens[-1]),)

    def _keep(self, buffer: pickle.PickleBuffer) -> None:
        """Note the memory: of our own rules for arrays as it is, else a copy."""
        with buffer.raw() as memory:
            base = getattr(memory.obj, "base", None)
            self.buffers.append(base if type(base) is Memory else bytes(memory))


class ThoroughPickler(ValuePickler):
    """Looks at every single object: keeps what nan is what, and in which order sets list.

    Three times slower; used, once, where the bytes of the quick pass show that there is a need.
    """

    def __init__(self, library: Library) -> None:
        super().__init__(library)
        self.orders: list[tuple[object, list[Any]]] = []
        self._known: set[int] = set()
        self._nans: dict[int, tuple[int, float]] = {}

    def persistent_id(self, obj: Any) -> Any:
        cls = type(obj)
        if cls is float:
            return None if obj == obj else self._nan(obj)  # noqa: PLR0124  nan is not itself
        if (cls is set or cls is frozenset) and len(obj) > 1 and id(obj) not in self._known:
            self._known.add(id(obj))
            self.orders.append((obj, list(obj)))
        return None

    def _nan(self, number: float) -> tuple[Any, ...]:
        """The name of a nan: that of a module, or its bits and a number of its own."""
        for module in ("math", "numpy"):
            if getattr(sys.modules.get(module), "nan", None) is number:
                return module, 0, b""
        index, _ = self._nans.setdefault(id(number), (len(self._nans), number))
        return "", index, struct.pack("<d", number)


class ReferringPickler(ThoroughPickler):
    """Leaves out objects that the reader has already: they go by their number.

    met: the numbers of those that came up.
    """

    def __init__(self, library: Library, known: Sequence[object]) -> None:
        super().__init__(library)
        self._numbers = {id(obj): number for number, obj in enumerate(known)}
        self.met: set[int] = set()

    def persistent_id(self, obj: Any) -> Any:
        number = self._numbers.get(id(obj))
        if number is None:
            return super().persistent_id(obj)
        self.met.add(number)
        return number


class ValueUnpickler(pickle.Unpickler):
    """Reads what needs a library: tokens, sentinels of modules, nans.

    known: the objects that were left out, by number.
    """

    def __init__(
        self, data: Any, buffers: Iterable[Any], library: Library, known: Sequence[Any] = ()
    ) -> None:
        super().__init__(io.BytesIO(data), buffers=buffers)
        self._library = library
        self._known = known
        self._nans: dict[int, float] = {}

    def find_class(self, module: str, name: str, /) -> Any:
        if module == restore.__name__:
            if name == "by_token":
                return self._library.resolve
            if name == "sentinel":
                return self._library.sentinel
            if name == "decorated":
                return self._library.decorated
        return super().find_class(module, name)

    def persistent_load(self, pid: Any) -> Any:
        if type(pid) is int:
            return self._known[pid]
        module, index, bits = pid
        if module:
            return import_module(module).nan
        return self._nans.setdefault(index, struct.unpack("<d", bits)[0])


def check_orders(orders: Sequence[tuple[Iterable[Any], list[Any]]]) -> None:
    """Nothing, if all sets list their elements as they did where they come from.

    Raises:
        Unshippable: one of them does not; a loop over it would take another order.
    """
    for elements, order in orders:
        for here, there in zip(elements, order, strict=True):
            if here is not there and (type(here) is not type(there) or here != there):
                why = "a set lists its elements in another order than where it comes from"
                raise Unshippable("set-order", why)
