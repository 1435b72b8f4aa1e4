"""In a notebook: a line of HTML that is replaced, in a real kernel."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from tests.observe.progress.screen import BEGINNING
from tests.scripts import run, write

SURVEY = """
from pydron_ng.observe.progress.notebook import Notebook
Notebook.seconds = 0.01

@schedule
def survey(n):
    for i in range(n):
        print(calibrate(i))
        if i == 10:
            seen()
    print([t.name for t in threading.enumerate() if t.name.startswith("Dummy")])

import threading
survey(30)
"""

EXECUTE = """
    import json, sys
    from pathlib import Path
    import nbformat
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    heard = []

    class Client(NotebookClient):
        def process_message(self, msg, cell, cell_index):
            if msg["msg_type"] in ("display_data", "update_display_data"):
                heard.append([msg["msg_type"], cell_index, msg["content"]["data"]["text/html"]])
                if len(heard) == 3:
                    Path("seen").touch()
            return super().process_message(msg, cell, cell_index)

    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    manager = AsyncKernelManager()
    manager._kernel_spec = KernelSpec(argv=command, display_name="test", language="python")
    notebook = nbformat.read("notebook.ipynb", as_version=4)
    Client(notebook, timeout=60, km=manager).execute()
    streams = [[o.text for o in c.outputs if o.output_type == "stream"] for c in notebook.cells]
    texts = ["".join(stream) for stream in streams]
    print(json.dumps([heard, texts]))
"""


def test_a_line_below_the_cell_is_replaced_and_empty_in_the_end(tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    nbformat = pytest.importorskip("nbformat")
    cells = [nbformat.v4.new_code_cell(cell) for cell in (dedent(BEGINNING), SURVEY)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "notebook.ipynb")
    ended = run(tmp_path, str(write(tmp_path, EXECUTE)))
    assert ended.status == 0, ended.err
    heard, texts = json.loads(ended.out)
    kinds, places, shown = zip(*heard, strict=True)
    assert kinds[0] == "display_data"
    assert set(kinds[1:]) == {"update_display_data"}
    assert set(places) == {1}
    assert all(line.startswith("<pre>survey ") for line in shown[:-1])
    assert not shown[-1]
    assert texts == ["", "".join(f"{i * i}\n" for i in range(30)) + "[]\n"]
