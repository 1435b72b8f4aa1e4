"""What may be asked for a task besides its function and arguments."""

from __future__ import annotations

from typing import NamedTuple

from pydron_ng.runtime.limits import Limits

#: How much longer than it may a coroutine takes until its worker is ended.
_GRACE_SECONDS = 1.0


class Options(NamedTuple):
    """timeout: seconds that a task may take on its worker, which is ended then; None: for ever.

    retries: how often it is made again if its worker dies or it takes too long.
    priority: tasks with a larger one begin before all others that wait.
    capture: what it prints is kept for ``future.info``, and not printed by the program.
    """

    timeout: float | None = None
    retries: int = 0
    priority: int = 0
    capture: bool = False

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
        for name in ("retries", "priority"):
            if type(getattr(self, name)) is not int:
                raise TypeError(f"{name} is a whole number, not {getattr(self, name)!r}")
        if self.retries < 0:
            raise ValueError(f"retries is a number of times, 0 or more, not {self.retries!r}")
        return self

    @property
    def limits_of_coroutine(self) -> Limits | None:
        """Its worker sees to its time, as others run there too; unless it does not let it."""
        if self.limits is None:
            return None
        tries = self.retries + 1
        seconds = 0.0 if self.timeout is None else (self.timeout + _GRACE_SECONDS) * tries
        return Limits(self.retries, seconds, is_pure=False)

    @property
    def limits(self) -> Limits | None:
        """For the scheduler; None: as usual in a pool."""
        if self.timeout is None and not self.retries:
            return None
        return Limits(self.retries, self.timeout or 0.0, is_pure=False)
