"""A scheduled function as the last line of a cell shows its explanation; its repr stays its own.

IPython is told how to show functions; nothing is put on a function, and IPython is never imported.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from pydron_ng.errors import TranslationError


class _Shown:
    """What IPython asks for the HTML of a function. before: who was asked until now."""

    def __init__(self, before: Callable[[Any], str | None] | None) -> None:
        self._before = before

    def __call__(self, function: Any) -> str | None:
        return _explained(function) or (self._before(function) if self._before else None)


def show_scheduled() -> None:
    """Have the shell around this program, if there is one, show scheduled functions."""
    shell: Any = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    formatters = getattr(getattr(shell, "display_formatter", None), "formatters", {})
    formatter = formatters.get("text/html")
    if formatter is None:
        return
    before = formatter.type_printers.get(FunctionType)
    if not isinstance(before, _Shown):
        formatter.for_type(FunctionType, _Shown(before))


def _explained(function: Any) -> str | None:
    """The explanation of a scheduled function as HTML; None of any other one."""
    from pydron_ng.observe.explain import explanation_of
    from pydron_ng.observe.subject import is_scheduled

    if not is_scheduled(function):
        return None
    try:
        return explanation_of(function)._repr_html_()
    except TranslationError:
        return None
