"""The worker's side of modules that only the program has: their source is asked for."""

from __future__ import annotations

import linecache
import marshal
import os
import struct
import sys
import threading
from collections.abc import Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import CodeType, ModuleType
from typing import NamedTuple

from pydron_ng.backends.descriptors import Stream
from pydron_ng.values.installed import is_among_libraries

SIZE = struct.Struct("!I")
#: Before the name of a module that the host has itself, though perhaps another one.
HAS = "="


class Source(NamedTuple):
    """A module as it travels. file: where the program has it; None: a package without a file."""

    file: str | None
    text: bytes
    is_package: bool


class Asking(MetaPathFinder):
    """Finds what this host has installed; for all else the program is asked first."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._turn = threading.Lock()

    def install(self) -> None:
        """From now on it finds what no built-in module is."""
        sys.meta_path.insert(sys.meta_path.index(PathFinder), self)

    def ask_by(self, stream: Stream) -> None:
        """After a fork: the other stream is the parent's."""
        self._stream.close()
        self._stream = stream
        self._turn = threading.Lock()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        here = PathFinder.find_spec(fullname, path, target)
        if fullname.partition(".")[0] in _TRAVELLED or _is_installed(here):
            return here
        source = self._ask(fullname if here is None else HAS + fullname)
        if source is None:
            return here
        spec = ModuleSpec(
            fullname, _Loader(source), origin=source.file, is_package=source.is_package
        )
        if source.file is not None:
            spec.has_location = True
            if source.is_package:
                spec.submodule_search_locations = [os.path.dirname(source.file)]
        return spec

    def _ask(self, name: str) -> Source | None:
        """What the program has; None, too, when nobody answers any more."""
        question = name.encode()  # no module's name begins with HAS
        try:
            with self._turn:
                self._stream.check()
                self._stream.sendall(SIZE.pack(len(question)) + question)
                (size,) = SIZE.unpack(self._read(SIZE.size))
                answer = marshal.loads(self._read(size))
        except (OSError, EOFError):
            return None
        return None if answer is None else Source(*answer)

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._stream.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data


class _Loader(InspectLoader):
    """Of a module that came as source; its lines are shown in tracebacks as if it were here."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def is_package(self, fullname: str) -> bool:  # noqa: ARG002  it is of one module
        return self._source.is_package

    def get_source(self, fullname: str) -> str:  # noqa: ARG002  as above
        from importlib.util import decode_source

        return decode_source(self._source.text)

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002  as above
        code = compile(
            self._source.text, self._source.file or "<namespace>", "exec", dont_inherit=True
        )
        assert isinstance(code, CodeType)
        return code

    def exec_module(self, module: ModuleType) -> None:
        if self._source.file is not None:
            linecache.lazycache(
                self._source.file, {"__name__": module.__name__, "__loader__": self}
            )
        super().exec_module(module)


#: These came before anything was asked.
_TRAVELLED = frozenset({"cloudpickle", __name__.partition(".")[0]})


def _is_installed(spec: ModuleSpec | None) -> bool:
    return spec is not None and spec.origin is not None and is_among_libraries(spec.origin)


def answer_of(source: Source | None) -> bytes:
    """The answer to a question, as it travels."""
    answer = marshal.dumps(None if source is None else tuple(source), 2)
    return SIZE.pack(len(answer)) + answer
