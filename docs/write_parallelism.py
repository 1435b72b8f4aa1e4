"""Writes parallelism.md anew, from the programs in tests/shapes; takes its figures, too."""

from __future__ import annotations

import inspect
import statistics
import textwrap
from collections.abc import Mapping
from pathlib import Path

import networkx as nx

from benchmarks.critical_path import figures
from pydron_ng import translate
from pydron_ng.translation.graph import site
from tests.shapes.catalogue import SHAPES
from tests.shapes.measure import REPEATS, WORKERS, Times, levels
from tests.shapes.work import Shape

TARGET = Path(__file__).with_name("parallelism.md")
_HEAD = f"""# What runs in parallel

Written by `python -m docs.write_parallelism` from the programs in `tests/shapes`, which are tested:
each does scheduled exactly what it does undecorated, and all calls that its data dependences leave
independent are issued ahead.

`f`, `g`, `add`, `name`, `split`, `check` and `total` are functional and sleep 30 ms; there are
{WORKERS} thread workers; the best of {REPEATS} warm runs counts. The **critical path** is the calls
that depend on no other, then those that depend on these, and so on, each level on {WORKERS}
workers. The pictures show which call needs the result of which, or is decided by it.

"""


def text(times: Mapping[Shape, Times]) -> str:
    """The page; without figures where there are none."""
    return _HEAD + _summary(times) + "\n".join(_section(s, times.get(s)) for s in SHAPES)


def _summary(times: Mapping[Shape, Times]) -> str:
    ratios = [taken.ratio for taken in times.values()] or [0.0]
    lines = [
        f"{len(SHAPES)} programs; elapsed over critical path: median "
        f"{statistics.median(ratios):.2f}, worst {max(ratios):.2f}.\n",
        "| shape | sequential s | scheduled s | critical path s | ratio |",
        "|---|--:|--:|--:|--:|",
    ]
    for shape in SHAPES:
        taken = times.get(shape) or Times(0, 0, 1, same=True)
        figures = (taken.sequential, taken.scheduled, taken.bound, taken.ratio)
        lines.append(f"| {shape.title} | " + " | ".join(f"{x:.2f}" for x in figures) + " |")
    return "\n".join(lines) + "\n\n"


def _section(shape: Shape, taken: Times | None) -> str:
    code = textwrap.dedent(inspect.getsource(inspect.unwrap(shape.program))).strip()
    counts = levels(shape)
    path = ", then ".join(str(count) for count in counts)
    ratio = 0.0 if taken is None else taken.ratio
    return f"""## {shape.title}

```python
{code}
```

{sum(counts)} calls for n = {shape.size}: {path} at once. Elapsed over critical path: {ratio:.2f}.

```mermaid
{_picture(shape)}
```
"""


def _picture(shape: Shape) -> str:
    graph = translate(shape.program).program.graph
    calls = graph.candidates()
    needs = nx.DiGraph()
    needs.add_nodes_from(calls)
    for later in calls:
        before = graph.slice(site(later))
        needs.add_edges_from((c, later) for c in calls if c != later and site(c) in before)
    shown = nx.transitive_reduction(needs) if nx.is_directed_acyclic_graph(needs) else needs
    lines = ["graph LR"]
    lines += [f'    c{c}["{graph.outline.sites[c].callee}()"]' for c in calls]
    lines += [f"    c{a} --> c{b}" for a, b in sorted(shown.edges)]
    return "\n".join(lines)


if __name__ == "__main__":
    TARGET.write_text(text(dict(figures())), encoding="utf-8")
