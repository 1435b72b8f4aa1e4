"""Scheduled functions that are called while their module is being imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scripts import DISPATCHED, run, write

THREADS = {"workers": [{"type": "threads", "cores": 2}], "inline": False}


@pytest.mark.parametrize("configuration", [DISPATCHED, THREADS], ids=["multicore", "threads"])
def test_a_module_that_computes_at_import_does_so_once_and_ends(
    tmp_path: Path, configuration: dict[str, object]
) -> None:
    write(
        tmp_path,
        """
        from pydron_ng import functional, schedule
        print("importing")

        @functional
        def f(n):
            return n * 2

        @schedule
        def run(values):
            return [f(value) for value in values]

        TABLE = run([1, 2, 3])
        """,
        "computes.py",
    )
    ended = run(
        tmp_path,
        "-c",
        "import computes; print(computes.TABLE, computes.run([4, 5]))",
        configuration=configuration,
    )
    assert (ended.status, ended.out, ended.err) == (0, "importing\n[2, 4, 6] [8, 10]\n", "")


def test_a_module_that_only_the_program_can_import_runs_all_the_same(tmp_path: Path) -> None:
    script = write(
        tmp_path,
        """
        import sys, types
        from pydron_ng import functional, schedule
        module = types.ModuleType("invented")
        sys.modules["invented"] = module
        module.answer = 42

        @functional
        def f(n):
            import invented
            return invented.answer + n

        @schedule
        def run(values):
            return [f(value) for value in values]

        print(run([1, 2, 3]))
        """,
    )
    assert run(tmp_path, str(script)).out == "[43, 44, 45]\n"
