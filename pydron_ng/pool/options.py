"""What may be asked for a task besides its function and arguments."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from pydron_ng.pool.choosing import Where
from pydron_ng.pool.files import Files, checked_outputs
from pydron_ng.pool.parcels import Asked
from pydron_ng.runtime.limits import Limits
from pydron_ng.values.blob import Part

#: How much longer than it may a coroutine takes until its worker is ended.
_GRACE_SECONDS = 1.0


class Options(NamedTuple):
    """timeout: seconds that a task may take on its worker, which is ended then; None: for ever.

    retries: how often it is made again if its worker dies or it takes too long.
    priority: tasks with a larger one begin before all others that wait.
    capture: what it prints, and programs that it starts, is kept, and not printed by the program.
    on_progress: called with the future and each value that the task reports.
    where: true of the workers that a task may go to, or a label that they have.
    files: which it finds in a directory of its own; None: it has none.
    outputs: names or patterns of files there that come back; into: to this directory.
    """

    timeout: float | None = None
    retries: int = 0
    priority: int = 0
    capture: bool = False
    on_progress: Callable[[Any, Any], object] | None = None
    where: Where | None = None
    files: Files | None = None
    outputs: tuple[str, ...] = ()
    into: Path | None = None

    def checked(self) -> Options:
        """Itself, with what it says of files made out. Raises: ValueError, TypeError."""
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
        if self.where is not None and not (isinstance(self.where, str) or callable(self.where)):
            raise TypeError(f"where is a label or can be called with a worker, not {self.where!r}")
        for name in ("retries", "priority"):
            if type(getattr(self, name)) is not int:
                raise TypeError(f"{name} is a whole number, not {getattr(self, name)!r}")
        if self.retries < 0:
            raise ValueError(f"retries is a number of times, 0 or more, not {self.retries!r}")
        return self._with_files()

    def _with_files(self) -> Options:
        given: Any = self.files
        files = given if given is None or isinstance(given, Files) else Files(given)
        outputs = checked_outputs(self.outputs)
        into = None if self.into is None else Path(os.path.abspath(self.into))
        if into is not None and not outputs:
            raise ValueError("into is where outputs are written, of which there are none")
        return self._replace(files=files, outputs=outputs, into=into)

    @property
    def has_folder(self) -> bool:
        """Is each task made in a directory of its own?"""
        return bool(self.files or self.outputs)

    def for_many(self) -> Options:
        """Itself, for tasks without futures. Raises: ValueError."""
        for name, wanted in (("on_progress", self.on_progress), ("outputs", self.outputs)):
            if wanted:
                raise ValueError(
                    f"{name} is told with the future of a task, which those of a stream do not"
                    " have; take submit() or run()"
                )
        return self

    def asked(self, store: Callable[[memoryview], Part]) -> tuple[Asked | None, list[Part]]:
        """What goes along with a task besides its calls, and the contents of files.

        Raises: OSError.
        """
        if self.files:
            files, contents = self.files.read(store)
            return Asked(self.on_progress is not None, self.capture, files, self.outputs), contents
        if self.capture or self.outputs or self.on_progress is not None:
            return Asked(self.on_progress is not None, self.capture, (), self.outputs), []
        return None, []

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
