"""Writes docs/reasons.md anew, from the table of all codes in pydron_ng/observe/codes.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydron_ng.observe.codes import GROUPS, Code

TARGET = Path(__file__).with_name("reasons.md")
HEAD = """# Reasons, by their codes

Written by `python -m docs.write_reasons` from `pydron_ng/observe/codes.py`.

Wherever pydron_ng does not run something in parallel, it has a reason with a code. Except for the
breaches and errors at the end, a reason does not mean that something is wrong: the call is made in
the program, as if undecorated. [Breaches of the contract](#breaches-of-the-contract) are what
`pydron check` and `pydron lint` look for, see [checking](checking.md).

`pydron explain survey.py`, or `survey.py:reduce` for one function, shows the source of scheduled
functions with a margin. Of the file only imports and definitions are executed, not the program. In
a program, `print(pydron_ng.explain(reduce))` shows the same, with what the runs so far have shown.

```
14  ahead           |         clean = calibrate(image)
15  may hold up 16  |         log_quality(clean)
16  may wait for 15 |         kept.append(fit(clean))

survey.py:15: may hold up fit() on line 16 [unknown-call]
    15 | log_quality(clean)
  why: log_quality() may change clean, which fit() needs; nothing waits where clean is a number, a text or another value that cannot change
  try: decorate log_quality (survey.py:5) with @functional, if it only computes a value; with @schedule, if it calls functional functions
```

| in the margin | means |
|---|---|
| `ahead` | made before the program gets there, beside others |
| `ahead, after 14` | as soon as the results of the calls on line 14 are there |
| `ahead, from 14 on` | when the program has passed line 14, once for all passes of the loop |
| `round by round` | all calls of one pass of a loop at once, pass after pass |
| `one by one` | each call needs the one before it |
| `perhaps one by one` | the same, unless what it needs of a container is known before, such as its keys |
| `waits for 15` | made when the program has passed line 15; without a number, its own line |
| `may wait for 15` | the same, unless line 15 gets what cannot change: a number, a text |
| `inline` | the program makes it where it stands: too short, or it does not travel |
| `HOLDS UP 16`, `may hold up 16` | what the call on line 16 waits for |
| `sync-point` | the program alone does it, in its place; by itself it holds up no call |
| `?` at the end | if what is called turns out to be functional, which only the run can tell |

`pydron explain --diff` adds the two programs that a function becomes.

## For other programs

`pydron explain --json` writes `{"version": 1, "file": ..., "functions": [...], "not_executed": [...]}`.
Each function is what `pydron_ng.explain(f).to_json()` writes:

| key | value |
|---|---|
| `version` | 1; it grows if a key goes, or means something else. Keys may be added |
| `function`, `file`, `line` | qualified name, path, first line (decorators included) |
| `scheduled` | whether it is decorated with `@schedule` |
| `lines` | each `{"line", "margin", "text"}` |
| `calls` | each that may run ahead: `{"line", "column", "text", "state", "after", "causes", "is_sure"}` |
| `calls[].state` | `ahead`, `after`, `rounds`, `chain`, `waits` or `inline` |
| `calls[].after` | lines of the calls whose results it needs |
| `calls[].causes` | why it waits: `{"code", "line", "why", "chain", "way_out", "is_sure", "is_once"}`; `is_once`: all passes of the loop wait for it together |
| `sync_points` | each `{"line", "column", "code", "what", "holds_up", "way_out"}` |
| `seen` | what runs in this process have recorded: `{"code", "line", "chain"}` |
| `measured` | what a run on record says, or null: `elapsed` in seconds, `workers`, `calls` (sums by function and line, as in `run.record.tallies`), `gains`: `{"code", "line", "seconds"}` |

Lines and columns count from 1. `not_executed` lists statements of the file that failed:
`{"line", "text", "why", "cause"}`.
"""  # noqa: E501 - the lines of a table, and of a screen


def text() -> str:
    return "\n".join((HEAD, *_sections()))


def _sections() -> Iterator[str]:
    for title, codes in GROUPS.items():
        yield f"## {title}\n"
        for name, code in codes.items():
            yield _section(name, code)


def _section(name: str, code: Code) -> str:
    return f"""### {name}

{code.what}

```
{code.example}
```

**What to do:** {code.way_out}.
"""


if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
