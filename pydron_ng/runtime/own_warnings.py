"""All warnings of a worker are heard, but for those that a call records by itself."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from pydron_ng.values.unshippable import Unshippable

_shown: Any = warnings


class Warnings:
    """In place of what shows warnings in this process."""

    def __init__(self, hear: Callable[[Any], None], refuse: Callable[[Unshippable], None]) -> None:
        """refuse: told why the call is for the program to make."""
        self._hear = hear
        self._refuse = refuse
        self._show = _shown._showwarnmsg  # noqa: SLF001
        self._filters: list[Any] = []
        self._before = _hooks()

    def begin(self) -> None:
        """A call begins."""
        self._before = _hooks()

    @property
    def are_recorded(self) -> bool:
        """By the call itself."""
        return _hooks() != self._before

    def hear_all(self) -> None:
        """Every warning is heard; whether it is shown is for the program to decide.

        Filters that make errors of warnings stay: they change what the call does.
        """
        self._filters = [
            (one[0] if one[0] == "error" else "always", *one[1:]) for one in warnings.filters
        ]
        _shown.filters[:] = self._filters
        if _shown.defaultaction != "error":
            _shown.defaultaction = "always"
        _shown._filters_mutated()  # noqa: SLF001
        _shown._showwarnmsg = self._warned  # noqa: SLF001

    def _warned(self, message: Any) -> None:
        hooks = _hooks()
        if hooks == self._before:
            self._hear(message)
        elif hooks[0] is self._before[0] and self._is_filtered_there(message):
            self._show(message)
        else:
            why = "it records warnings by itself, by filters that the program has"
            self._refuse(Unshippable("own-warnings", why))

    def _is_filtered_there(self, message: Any) -> bool:
        """Has the call itself said that it is to be seen? The first filter may be its own."""
        if not warnings.filters or any(warnings.filters[0] is one for one in self._filters):
            return False
        _, text, category, module, line = warnings.filters[0]
        return text is module is None and not line and issubclass(message.category, category)


def _hooks() -> tuple[Any, Any]:
    """What shows a warning; the latter is in place while a block records."""
    return _shown.showwarning, _shown._showwarnmsg_impl  # noqa: SLF001
