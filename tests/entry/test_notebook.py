"""A real notebook in a real kernel."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.scripts import run, write

CELLS = [
    "import os\nfrom pydron_ng import functional, schedule\nFACTOR = 2",
    "@functional\ndef f(n):\n    return n * FACTOR",
    "@functional\ndef where(n):\n    return os.getpid()",
    "class Star:\n    def __init__(self, n):\n        self.n = n",
    "@functional\ndef star(n):\n    return Star(n)",
    """@schedule
def run(values):
    results = []
    for value in values:
        print("took", value)
        results.append(f(value))
    return results

@schedule
def stars(values):
    return [star(value) for value in values]

@schedule
def elsewhere(values):
    return [where(value) for value in values]""",
    "print(run([1, 2]))",
    "FACTOR = 5\nprint(run([1, 2]))",
    "@functional\ndef f(n):\n    return -n",
    "print(run([1, 2]))",
    "print([type(s) is Star for s in stars([1, 2])])",
    "class Star(Star):\n    pass\nprint([type(s) is Star for s in stars([1, 2])])",
    "print(os.getpid() in elsewhere(range(4)))",
    "print(run(['a']))",
    "print(run([3]))",
]
PRINTED = [
    *["", "", "", "", "", ""],
    "took 1\ntook 2\n[2, 4]\n",
    "took 1\ntook 2\n[5, 10]\n",
    "",
    "took 1\ntook 2\n[-1, -2]\n",
    "[True, True]\n",
    "[True, True]\n",
    "False\n",
    "took a\n",
    "took 3\n[-3]\n",
]


EXECUTE = """
    import sys
    import nbformat
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(argv=command, display_name="test", language="python")
    notebook = nbformat.read("notebook.ipynb", as_version=4)
    NotebookClient(notebook, timeout=60, allow_errors=True, km=manager).execute()
    nbformat.write(notebook, "executed.ipynb")
"""


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The notebook after its run, by a client of its own; failing cells do not stop it."""
    pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    folder = tmp_path_factory.mktemp("notebook")
    cells = [nbformat.v4.new_code_cell(cell) for cell in CELLS]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "notebook.ipynb")
    ended = run(folder, str(write(folder, EXECUTE)))
    assert ended.status == 0, ended.err
    return nbformat.read(folder / "executed.ipynb", as_version=4)


@pytest.mark.parametrize("number", range(len(CELLS)))
def test_every_cell_prints_what_it_would_undecorated(executed: Any, number: int) -> None:
    outputs = executed.cells[number].outputs
    assert (
        "".join(output.text for output in outputs if output.output_type == "stream")
        == PRINTED[number]
    )


def test_an_exception_in_a_cell_is_the_users_own(executed: Any) -> None:
    errors = [
        output
        for cell in executed.cells
        for output in cell.outputs
        if output.output_type == "error"
    ]
    assert [error.ename for error in errors] == ["TypeError"]
    assert "return -n" in re.sub(r"\x1b\[[0-9;]*m", "", "".join(errors[0].traceback))
