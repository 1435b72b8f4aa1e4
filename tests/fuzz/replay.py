"""One program again: its text, its run-ahead programs, and how it differs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydron_ng import translate
from tests.fuzz.job import job
from tests.fuzz.programs import generate, load
from tests.fuzz.setups import draw


def replay(seed: str, workers: Sequence[str]) -> bool:
    """Print all of it; whether it differs."""
    text = generate(seed).text
    print(f"# {seed} on {draw(seed, workers)}\n{text}")
    print(_run_ahead(text))
    with job(workers) as running:
        result = running.result(seed)
    print(f"# ends with {result.ending}; not run ahead: {', '.join(result.reasons) or 'nothing'}")
    print(result if result.difference else "# no difference")
    return bool(result.difference)


def _run_ahead(text: str) -> str:
    """The run-ahead program of every scheduled function at the top of the module."""
    with TemporaryDirectory() as folder:
        loaded = load(text, "replayed", Path(folder))
        module: Any = sys.modules["replayed"]
        found = [
            f"# --- run-ahead program of {name}\n{translate(value).run_ahead}"
            for name, value in vars(module).items()
            if getattr(value, "__module__", "") == "replayed" and _is_scheduled(value)
        ]
        loaded.forget()
    return "\n".join(found)


def _is_scheduled(value: Any) -> bool:
    return "__pydron_scheduled__" in getattr(value, "__dict__", {})
