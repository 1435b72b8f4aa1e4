"""The page that shows what was measured."""

from __future__ import annotations

from typing import Any

from tests.corpus.sample import Sample

_HEAD = """# Programs that nobody here wrote

Written by `python -m tests.corpus`, which downloads the source distributions named below with pip;
what the programs import is the dependency group `corpus`. It needs the network, so CI does not run
it. The machine had two cores and a lot of other work to do: the times are those of one such run,
and tell little. Most programs are over before the workers have started.

The two decorators are the only change, at the functions that `tests/corpus/samples.py` names; a
function that a program imports is marked by `functional(f)` after its imports. What is not
functional is not marked: `clausify`, in resolution-prover, numbers variables by a global counter.

* **calls**: functional calls that scheduled functions make.
* **independent**: those for which the trace of the sequential run shows another one so that neither
  needs the other: by names and objects, and by what decided that they are made
  (`pydron_ng/testing/dependence.py`).
* **overlapped**: those that were with the workers together with another one, and whose outcome the
  program took (`pydron_ng/testing/overlap.py`); every call is dispatched for this, however small.
* **sequential**, **scheduled**: seconds of one run in a process of its own, as it comes; the
  scheduled one starts its workers.
* **same**: value and output of all runs are identical.
* **with fix**: overlapped over independent after the change that is named below the table.

"""


def page(known: dict[Sample, dict[str, Any]]) -> tuple[str, list[float]]:
    """The page's text, and the ratio of each program."""
    rows = [_row(sample, runs) for sample, runs in known.items()]
    head = "| program | from | calls | independent | overlapped | ratio | with fix | sequential s "
    head += "| scheduled s | same |\n|---|---|--:|--:|--:|--:|--:|--:|--:|---|\n"
    lines = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    ratios = [_ratio(runs, "") for runs in known.values()]
    return _HEAD + head + lines + _remainders(known) + _origins(known), ratios


def _row(sample: Sample, runs: dict[str, Any]) -> list[str]:
    traced, forced = runs["traced"], runs["forced"]
    fixed = f"{_ratio(runs, 'fixed-'):.2f}" if "fixed-forced" in runs else ""
    same = len({run["found"] for run in runs.values()}) == 1
    return [
        sample.name,
        f"{sample.package} {sample.version}",
        str(traced["calls"]),
        str(traced["independent"]),
        str(forced["overlapped"]),
        f"{_ratio(runs, ''):.2f}",
        fixed,
        f"{runs['sequential']['seconds']:.2f}",
        f"{runs['scheduled']['seconds']:.2f}",
        "yes" if same else "**no**",
    ]


def _ratio(runs: dict[str, Any], kind: str) -> float:
    independent = runs[f"{kind}traced"]["independent"]
    overlapped: int = runs[f"{kind}forced"]["overlapped"]
    return min(1.0, overlapped / independent) if independent else 1.0


def _remainders(known: dict[Sample, dict[str, Any]]) -> str:
    lines = ["\n## What is left, and why\n"]
    for sample, runs in known.items():
        if sample.remainder is not None:
            lines.append(
                f"\n**{sample.name}**: {sample.remainder.why}. "
                f"Recorded: {_told(runs)}. Changed:\n\n```diff"
            )
            for old, new in sample.remainder.fix:
                lines += [f"-{line}" for line in old.splitlines()]
                lines += [f"+{line}" for line in new.splitlines()]
            lines.append("```")
        elif _ratio(runs, "") < 1:
            lines.append(f"\n**{sample.name}**: recorded: {_told(runs)}. No change is known yet.")
    return "\n".join(lines) + "\n"


def _told(runs: dict[str, Any]) -> str:
    """The first reasons that were recorded, of those that say most: which value was missing."""
    reasons = sorted(runs["forced"]["reasons"], key=lambda reason: "[unknown-call]" in reason)
    return "; ".join(reasons[:4]) or "nothing"


def _origins(known: dict[Sample, dict[str, Any]]) -> str:
    lines = ["\n## Where they are from\n"]
    for s in known:
        named = ", ".join(f"`{name}`" for name in s.functional)
        scheduled = ", ".join(f"`{name}`" for name in s.scheduled)
        lines.append(
            f"* **{s.name}**: `{s.path}` of {s.package} {s.version} ({s.licence}). "
            f"Functional: {named}. Scheduled: {scheduled}. Run: `{s.run}`"
        )
    return "\n".join(lines) + "\n"
