"""One run of one program, in a process of its own: ``python -m tests.corpus.child NAME MODE``.

Prints one line of JSON after what the program prints.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydron_ng import configure
from pydron_ng.runtime.entry import Entry
from pydron_ng.testing import sequential
from pydron_ng.testing.dependence import watched
from pydron_ng.testing.overlap import listening
from pydron_ng.testing.portrait import portray
from tests.corpus.decorate import decorated
from tests.corpus.sample import Sample
from tests.corpus.samples import SAMPLES
from tests.corpus.sources import unpacked

WORKERS = 4


def load(sample: Sample, folder: str, *, fixed: bool) -> Any:
    """The program's module, decorated; its text is in `folder`."""
    source = unpacked(sample) / sample.path
    text = source.read_text()
    functional, scheduled = sample.functional, sample.scheduled
    if fixed and sample.remainder is not None:
        functional = sample.remainder.functional or functional
        scheduled = sample.remainder.scheduled or scheduled
        for old, new in sample.remainder.fix:
            assert old in text, old
            text = text.replace(old, new)
    name = f"corpus_{sample.name}".replace("-", "_")
    Path(folder, f"{name}.py").write_text(decorated(text, functional, scheduled, flat=sample.flat))
    sys.path[:0] = [folder, str(source.parent)]
    return importlib.import_module(name)


def run(module: Any, expression: str) -> dict[str, Any]:
    """What evaluating an expression takes, and what came of it."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        began = time.perf_counter()
        value = eval(expression, vars(module))
        seconds = time.perf_counter() - began
    seen = repr((said.getvalue(), portray({"value": value})))
    return {"seconds": seconds, "found": hashlib.sha256(seen.encode()).hexdigest()}


def traced(module: Any, expression: str) -> dict[str, Any]:
    with watched() as calls:
        result = run(module, expression)
    dependences = calls()
    return result | {
        "calls": len(dependences.calls),
        "independent": len(dependences.independent()),
        "levels": dependences.levels(),
    }


def forced(module: Any, expression: str) -> dict[str, Any]:
    """Every call is sent, however small: which of them overlap?"""
    workers = [{"type": "multicore", "cores": WORKERS}]
    with configure(workers=workers, inline=False), listening() as heard:
        result = run(module, expression)
        reasons = [str(reason) for reason in _reasons(module)]
    return result | {
        "taken": len(heard.taken()),
        "overlapped": len(heard.overlapped()),
        "peak": heard.peak(),
        "reasons": reasons,
    }


def _reasons(module: Any) -> list[Any]:
    holders = [*vars(module).values()]
    holders += [f for holder in holders if isinstance(holder, type) for f in vars(holder).values()]
    entries = [
        constant
        for holder in holders
        for constant in getattr(getattr(holder, "__code__", None), "co_consts", ())
        if type(constant) is Entry
    ]
    return [reason for entry in entries for reason in entry.program.reasons]


def undecorated(module: Any, expression: str) -> dict[str, Any]:
    with sequential():
        return run(module, expression)


MODES: dict[str, Callable[[Any, str], dict[str, Any]]] = {
    "sequential": undecorated,
    "scheduled": run,
    "traced": traced,
    "forced": forced,
}


def main() -> None:
    name, mode, *rest = sys.argv[1:]
    sample = next(s for s in SAMPLES if s.name == name)
    with tempfile.TemporaryDirectory() as folder:
        module = load(sample, folder, fixed="fixed" in rest)
        print(json.dumps(MODES[mode](module, sample.run)))


if __name__ == "__main__":
    main()
