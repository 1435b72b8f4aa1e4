"""What may be asked for a task besides its function and arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pydron_ng.pool.parcels import AWAITED, Asked
from pydron_ng.runtime.limits import Limits

#: How much longer than it may a coroutine takes until its worker is ended.
_GRACE_SECONDS = 1.0


class Options(NamedTuple):
    """timeout: seconds that a task may take on its worker, which is ended then; None: for ever.

    retries: how often it is made again if its worker dies or it takes too long.
    priority: tasks with a larger one begin before all others that wait.
    capture: what it prints, and programs that it starts, is kept, and not printed by the program.
    on_progress: called with the future and each value that the task reports.
    """

    timeout: float | None = None
    retries: int = 0
    priority: int = 0
    capture: bool = False
    on_progress: Callable[[Any, Any], object] | None = None

    def checked(self) -> Options:
        """Itself. Raises: ValueError, TypeError."""
        if self.timeout is not None:
            said = f"timeout is a number of seconds above 0, not {self.timeout!r}"
            if type(self.timeout) not in (int, float):
                raise TypeError(said)
            if not self.timeout > 0:
                raise ValueError(said)
        if type(self.capture) is not bool:
            raise TypeError(f"capture is True or False, not {self.capture!r}")
        if self.on_progress is not None and not callable(self.on_progress):
            raise TypeError(f"on_progress {self.on_progress!r} cannot be called")
        for name in ("retries", "priority"):
            if type(getattr(self, name)) is not int:
                raise TypeError(f"{name} is a whole number, not {getattr(self, name)!r}")
        if self.retries < 0:
            raise ValueError(f"retries is a number of times, 0 or more, not {self.retries!r}")
        return self

    def for_many(self) -> Options:
        """Itself, for tasks without futures. Raises: ValueError."""
        if self.on_progress is not None:
            raise ValueError(
                "on_progress is told the future of a task, which those of a stream do not have;"
                " take submit() or run()"
            )
        return self

    def given(self, how: int, arguments: Any) -> tuple[Any, ...]:
        """What travels to the worker: how and with what to call, and what is asked for besides."""
        asked = Asked(self.on_progress is not None, self.capture)
        return (how, arguments, asked) if any(asked) else (how, arguments)

    def given_coroutine(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """The same; its worker sees to its time."""
        return self.given(AWAITED, (args, kwargs, self.timeout, self.retries + 1))

    @property
    def limits_of_coroutine(self) -> Limits:
        """Its worker sees to its time, as others run there too; unless it does not let it."""
        tries = self.retries + 1
        seconds = 0.0 if self.timeout is None else (self.timeout + _GRACE_SECONDS) * tries
        return Limits(self.retries, seconds, is_pure=False)

    @property
    def limits(self) -> Limits:
        """For the scheduler: it tries functional calls again by itself, these only if asked."""
        return Limits(self.retries, self.timeout or 0.0, is_pure=False)
