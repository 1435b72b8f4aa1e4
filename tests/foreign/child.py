"""Runs a suite in a process of its own: ``child.py MODE MODULE MARKS RESULT pytest-arguments...``.

It is started by its path, for the suite has modules of its own that are called ``tests``.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path

NAME = "pydron_foreign"


def main() -> int:
    """The exit status of pytest."""
    folder = Path(__file__).parent
    sys.path.pop(0)  # this folder
    spec = importlib.util.spec_from_file_location(
        NAME, folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    assert spec is not None
    sys.modules[NAME] = importlib.util.module_from_spec(spec)
    run = importlib.import_module(f"{NAME}.run")
    return int(run.run(*sys.argv[1:5], sys.argv[5:]))


if __name__ == "__main__":
    sys.exit(main())
