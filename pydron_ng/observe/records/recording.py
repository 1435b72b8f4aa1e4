"""Recording a stretch of a program, or all of it, and keeping what comes of it."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from threading import get_ident
from types import MappingProxyType
from typing import Final, Self

from pydron_ng.errors import RecordError
from pydron_ng.log import log
from pydron_ng.observe.listening import Listening
from pydron_ng.observe.records.figures import Figures, figures_of
from pydron_ng.observe.records.forecast import forecast
from pydron_ng.observe.records.plan import plan_of
from pydron_ng.observe.records.record import Record
from pydron_ng.observe.records.recorder import Recorder
from pydron_ng.observe.records.text import text_of
from pydron_ng.runtime.process import reports, runs


class Run:
    """A run that is over, with what can be said about it; ``str()`` is the report."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @cached_property
    def figures(self) -> Figures:
        """Work, span, parallelism, speed-up, and the time to expect of other workers."""
        return figures_of(self.record)

    def predict(self, workers: int) -> float:
        """Seconds that the scheduled calls would take with so many workers.

        Each is taken to have a core of its own. Raises: ValueError, if there is less than one.
        """
        if workers < 1:
            raise ValueError(f"workers is a number of workers, 1 or more, not {workers!r}")
        return forecast(plan_of(self.record), workers)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file, which is there as a whole or not at all.

        Its name says what is written: ``.html`` a page with a timeline, ``.json`` the record,
        ``.trace.json`` a trace for Perfetto or chrome://tracing, ``.txt`` the report.

        Raises: OSError; RecordError for another name.
        """
        target = Path(path)
        write_whole(target, writer_for(target)(self))

    def __str__(self) -> str:
        return text_of(self.record, self.figures)


class Recording:
    """Records what scheduled functions do, until it is closed or its ``with`` block ends.

    Then it is a run: ``print(recording)``, ``recording.figures``, ``recording.save("run.html")``.
    """

    def __init__(self) -> None:
        self._recorder = Recorder()
        self._listening = Listening(self._recorder.hear)
        self._run: Run | None = None

    def close(self) -> Run:
        """End it; may be called again."""
        if self._run is None:
            self._listening.close()
            self._run = Run(self._recorder.record())
            runs[:] = [self._run]
        return self._run

    @property
    def record(self) -> Record:
        """All that was heard; so far, while it goes on."""
        return self._recorder.record() if self._run is None else self._run.record

    @property
    def figures(self) -> Figures:
        """As of `Run`. It ends the recording, as all that follows does."""
        return self.close().figures

    def predict(self, workers: int) -> float:
        """As of `Run`."""
        return self.close().predict(workers)

    def save(self, path: str | os.PathLike[str]) -> None:
        """As of `Run`."""
        self.close().save(path)

    def __str__(self) -> str:
        return str(self.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def writer_for(path: Path) -> Callable[[Run], bytes]:
    """What makes the content of a file of that name. Raises: RecordError."""
    for ending, writer in WRITERS.items():
        if path.name.endswith(ending):
            return writer
    known = ", ".join(WRITERS)
    raise RecordError(path, "its name does not say what to write", f"a name that ends in {known}")


def write_whole(target: Path, content: bytes) -> None:
    """Leave a file there with that content, or what was there before. Raises: OSError."""
    target = Path(os.path.realpath(target))  # what a link leads to
    if target.exists() and not target.is_file() and not target.is_dir():
        target.write_bytes(content)  # a pipe, or a device
        return
    draft = target.with_name(f".{os.getpid()}-{get_ident()}.pydron")
    try:
        draft.write_bytes(content)
        draft.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from None
    finally:
        draft.unlink(missing_ok=True)


def _as_json(run: Run) -> bytes:
    return run.record.to_json()


def _as_text(run: Run) -> bytes:
    return f"{run}\n".encode()


def _as_trace(run: Run) -> bytes:
    from pydron_ng.observe.records.trace import trace

    return trace(run.record)


def _as_page(run: Run) -> bytes:
    from pydron_ng.observe.records.page import page
    from pydron_ng.observe.records.summary import summary_of

    return page(run.record, summary_of(run.figures)).encode()


#: By the end of a file's name; the first that fits.
WRITERS: Final[Mapping[str, Callable[[Run], bytes]]] = MappingProxyType(
    {".html": _as_page, ".trace.json": _as_trace, ".json": _as_json, ".txt": _as_text}
)


def report_at_exit(path: str | os.PathLike[str]) -> None:
    """Record what this process does from now on, and write that to a file when it ends.

    Raises: RecordError, if the name does not say what to write, or there is no such folder.
    """
    target = Path(path).absolute()
    writer_for(target)
    if not target.parent.is_dir():
        raise RecordError(target, "there is no such folder", "make it, or name another file")
    recording, process = Recording(), os.getpid()
    reports.append(recording)

    def write() -> None:
        if os.getpid() == process:  # not a fork of it
            _write(recording, target)

    atexit.register(write)


def _write(recording: Recording, target: Path) -> None:
    try:
        recording.save(target)
    except OSError as error:
        log().warning("the report is not written: %s: %s", target, error.strerror)
    except Exception as error:  # the program has done its work
        log().warning("the report is not written: %s: %r", target, error)
