"""Whether a call handles log records by itself, which are kept here instead of handled."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

#: Code and text of the reason why such a call is for the program to make.
OWN_HANDLER = "own-handler", "it logs, and has made or attached a handler of log records"


def hear_of_handlers(heard: Callable[[], None]) -> None:
    """Have that called whenever a handler is made or attached; not for those that do nothing."""

    def noting(method: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(method)
        def noted(*args: Any, **kwargs: Any) -> Any:
            if not any(isinstance(arg, logging.NullHandler) for arg in args):
                heard()
            return method(*args, **kwargs)

        return noted

    setattr(logging.Handler, "__init__", noting(logging.Handler.__init__))
    setattr(logging.Logger, "addHandler", noting(logging.Logger.addHandler))
