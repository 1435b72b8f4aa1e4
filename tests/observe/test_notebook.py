"""A scheduled function as the last line of a cell shows its explanation; all else is as ever."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.entry.test_notebook import EXECUTE
from tests.scripts import run, write

CELLS = [
    "from pydron_ng import explain, functional, schedule\n@functional\ndef f(n): return n",
    "def plain(values):\n    return [f(value) for value in values]\nscheduled = schedule(plain)",
    "scheduled",
    "plain",
    "f",
    "explain(scheduled)",
    "sorted(set(vars(scheduled)) - set(vars(plain))), hasattr(scheduled, '_repr_html_')",
    "from types import FunctionType\n"
    "html = get_ipython().display_formatter.formatters['text/html']\n"
    "html.for_type(FunctionType, lambda f: '<i>mine</i>')\nNone",
    "again = schedule(lambda xs: [f(x) for x in xs])\nagain = schedule(plain)",
    "plain",
    "again",
]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What each cell shows, by type, after a run in a real kernel."""
    nbformat = pytest.importorskip("nbformat")
    folder = tmp_path_factory.mktemp("notebook")
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notebook.ipynb")
    ended = run(folder, str(write(folder, EXECUTE)))
    assert ended.status == 0, ended.err
    executed = nbformat.read(folder / "executed.ipynb", as_version=4)
    errors = [o for cell in executed.cells for o in cell.outputs if o.output_type == "error"]
    assert errors == []
    return [
        {kind: data for output in cell.outputs for kind, data in output.get("data", {}).items()}
        for cell in executed.cells
    ]


def test_a_scheduled_function_shows_its_explanation(outputs: list[dict[str, Any]]) -> None:
    shown = outputs[2]
    assert "<svg" in shown["text/html"]
    assert "of 1 call that could run in parallel, 1 from the beginning" in shown["text/html"]
    assert shown["text/plain"] == "<function __main__.plain(values)>"


def test_other_functions_are_shown_as_ever(outputs: list[dict[str, Any]]) -> None:
    assert set(outputs[3]) == set(outputs[4]) == {"text/plain"}


def test_an_explanation_shows_itself(outputs: list[dict[str, Any]]) -> None:
    assert outputs[5]["text/html"] == outputs[2]["text/html"]


def test_nothing_is_put_on_the_function(outputs: list[dict[str, Any]]) -> None:
    assert "html" not in outputs[6]["text/plain"]
    assert outputs[6]["text/plain"].endswith(", False)")


def test_a_formatter_of_the_users_own_is_asked_for_all_other_functions(
    outputs: list[dict[str, Any]],
) -> None:
    assert outputs[9]["text/html"] == "<i>mine</i>"
    assert "<svg" in outputs[10]["text/html"]


def test_outside_of_notebooks_neither_ipython_nor_templates_are_imported(tmp_path: Path) -> None:
    source = """
        import json, sys
        from pydron_ng import functional, schedule
        @functional
        def f(x): return x
        @schedule
        def run(xs): return [f(x) for x in xs]
        run([1, 2])
        print(json.dumps(sorted(sys.modules)))
    """
    ended = run(tmp_path, str(write(tmp_path, source)))
    modules = set(json.loads(ended.out))
    unwanted = {"IPython", "jinja2", "networkx", "pydron_ng.observe.notebook"}
    assert modules & unwanted == set()
