"""Whose fault it is: every exception that pydron_ng raises by itself.

PydronError
├── TranslationError   this function cannot be translated (it runs undecorated)
│   └── SourceMissing  there is no source text of it
├── ConfigError        this configuration is wrong; all its mistakes at once
├── BackendError       the machinery: workers, connections
│   ├── WorkerLost     one task killed its workers again and again; or a required host is lost
│   └── NoWorkerFits   a task of a pool was for some workers only, and there is none of these
├── RecordError        this file holds no record of a run, or none that can be read
└── NothingToRerun     this exception does not say which functional call to look at

Exceptions of the user's own functions arrive as themselves, never wrapped.
"""

from __future__ import annotations


class PydronError(Exception):
    """Base of all errors that are pydron's own."""

    code = "pydron"


class TranslationError(PydronError):
    """A function cannot be translated; it runs undecorated instead."""

    code = "translation"


class SourceMissing(TranslationError):
    """There is no source text to translate: an interactive prompt, ``exec``, ``python -c``."""

    code = "no-source"


class ConfigError(PydronError):
    """A configuration is wrong; ``args`` are its mistakes, all of them."""

    code = "config"

    def __str__(self) -> str:
        return "\n".join(str(mistake) for mistake in self.args)


class NothingToRerun(PydronError):
    """No functional call is known that the exception came from, or its arguments are gone."""

    code = "nothing-to-rerun"


class BackendError(PydronError):
    """A worker or its connection failed in a way that cannot be repaired."""

    code = "backend"


class WorkerLost(BackendError):
    """A task killed every worker that it was given to, the last one alone on the machine.

    Or: a host is not to be had that the configuration requires.
    """

    code = "worker-lost"


class NoWorkerFits(BackendError):
    """A task of a pool may go to some workers only, and none that is there is one of them."""

    code = "no-worker-fits"


class RecordError(PydronError):
    """A file does not hold what it should. ``args``: the path, why, and a way out."""

    code = "record"

    def __str__(self) -> str:
        path, why, way_out = self.args
        return f"{path}: {why}\n  try: {way_out}"
