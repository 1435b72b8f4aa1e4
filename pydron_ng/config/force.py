"""What a program that starts here would use: its pydron.conf, and what variables say instead."""

from __future__ import annotations

import os
import re
from typing import Any

from pydron_ng.config.configuration import Configuration, from_dict, load
from pydron_ng.config.mistakes import Mistake
from pydron_ng.config.search import find
from pydron_ng.errors import ConfigError

#: Local workers in place of those of pydron.conf: ``4``, ``auto``, ``threads:8``.
WORKERS = "PYDRON_WORKERS"
_FORM = re.compile(r"(?:(multicore|threads):)?(auto|[1-9][0-9]*)")


def in_force(worker_model: Any) -> Configuration:
    """The first pydron.conf there is, with the workers that $PYDRON_WORKERS asks for, if it does.

    Raises:
        ConfigError: holds every mistake in the file, or what is wrong with the variable.
    """
    found = load(find(), worker_model)
    if not (asked := os.environ.get(WORKERS)):
        return found
    values = {"workers": [worker_from(asked)]}
    workers = from_dict(values, worker_model, f"${WORKERS}").workers
    return found._replace(workers=workers, source=f"{found.source}; workers: ${WORKERS}")


def worker_from(text: str) -> dict[str, Any]:
    """What $PYDRON_WORKERS means, as pydron.conf would say it. Raises: ConfigError."""
    found = _FORM.fullmatch(text)
    if found is None:
        expected = "expected how many processes, such as 4 or auto, or threads: threads:8"
        raise ConfigError(Mistake(f"${WORKERS}", text, expected))
    kind, cores = found.groups()
    return {"type": kind or "multicore", "cores": cores if cores == "auto" else int(cores)}
