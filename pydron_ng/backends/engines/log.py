"""All that processes have to know before they can take calls, in the order in which it arose.

Which process an order comes to is for the engine to say, so it is said in numbers of entries of
this log. A process knows a beginning of it; if that is too short, it says so instead of beginning.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pydron_ng.backends.base import Blob, Define, Settings, Token
from pydron_ng.backends.engines.orders import MODULES, SETUP
from pydron_ng.backends.imports import TRAVEL, used_by_this_program
from pydron_ng.backends.launch import hash_seed
from pydron_ng.backends.remote.modules import source_of
from pydron_ng.backends.wire import Item


class Log:
    """The first entry says what worker processes are like, all others what they are told."""

    def __init__(
        self, performer: str, own: Mapping[str, str], line: str, kept_mb: int | None
    ) -> None:
        """own: variables of their environment. line: the name of that to the program.

        kept_mb: so much may be kept on each machine; None: it knows itself.
        """
        setup = {
            "hand": {"performer": performer, "own": {**own, "PYTHONHASHSEED": hash_seed()}},
            "line": line,
            "kept_mb": kept_mb,
            "prefix": sys.prefix,
            "modules": sorted(used_by_this_program()),
        }
        self.entries: list[Item] = [(SETUP, (marshal.dumps(setup, 2),))]
        self._definitions: dict[Token, int] = {}
        self._settings: dict[Blob, int] = {}
        self._seen: set[str] = set()
        self._note_modules()

    def note(self, frame: Define | Settings) -> int:
        """The number of the entry."""
        if isinstance(frame, Settings):
            return self._number(self._settings, frame.blob, (None, frame.blob))
        return self._number(self._definitions, frame.token, (frame.token, frame.blob))

    def _number(self, numbers: dict[Any, int], name: Any, item: Item) -> int:
        if name not in numbers:
            self._note_modules()
            numbers[name] = len(self.entries)
            self.entries.append(item)
        return numbers[name]

    def _note_modules(self) -> None:
        """The program's own modules that it has loaded since."""
        loaded = set(sys.modules.copy()) - self._seen  # at once, whoever imports meanwhile
        if loaded:
            self._seen |= loaded
            if sources := list(_sources(loaded)):
                self.entries.append((MODULES, (marshal.dumps(sources, 2),)))


def _sources(names: set[str]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    for name in sorted(names):
        if name.partition(".")[0] not in TRAVEL:
            source = source_of(name, lambda _: None)
            if source is not None:
                yield name, tuple(source)
