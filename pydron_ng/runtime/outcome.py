"""What became of a performed call, as the program sees it: tuples, one for every call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pydron_ng.runtime.prints import Abroad, Look, Print, Unseen

#: What a call said: ("out", text), ("err", text), ("warning", ...) or ("log", ...), in order.
Records = tuple[tuple[Any, ...], ...]

#: What a call looked at: path, how closely, and what was there.
Files = tuple[tuple[str, Look, Print | Abroad | Unseen], ...]


class Returned(NamedTuple):
    """The call returned. seconds: wall time of the call alone.

    unseen: how it has read what nobody can watch; empty if it has not.
    value: if parts of it are parts of the arguments, then of those that were issued.
    made_for: the value for other arguments that are as good as these; None: it is the same.
    """

    value: Any
    records: Records
    seconds: float
    files: Files
    unseen: str = ""
    made_for: Callable[[object], Any] | None = None

    def value_for(self, arguments: object) -> Any:
        """The value of the call with these arguments, a tuple and a dictionary.

        Raises:
            Unshippable: it shares something with them that is not found there.
        """
        return self.value if self.made_for is None else self.made_for(arguments)


class Raised(NamedTuple):
    """The call raised. The exception's traceback begins at the function's own frame."""

    exception: Exception
    records: Records
    seconds: float
    files: Files
    unseen: str = ""


class Refused(NamedTuple):
    """The outcome is not to be believed, or cannot be brought back: make the call inline."""

    reason_code: str
    why: str
    seconds: float


Outcome = Returned | Raised | Refused
