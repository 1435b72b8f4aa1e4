"""A census of Python's standard library: what its source files are made of.

Parses file after file, logs a line for each, keeps totals and records, and collects the files that
cannot be parsed (the library's own tests bring some that are broken on purpose).
"""

from __future__ import annotations

import argparse
import ast
import json
import sysconfig
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from pydron_ng import functional, schedule

BRANCHES = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.IfExp, ast.comprehension)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Facts:
    """What is counted in one source file."""

    lines: int
    functions: int
    documented: int
    classes: int
    branches: int
    depth: int  # levels of syntax that are nested into each other
    calls: dict[str, int]  # how often a function is called, by name


@functional
def measure(path: Path) -> Facts:
    with tokenize.open(path) as file:
        text = file.read()
    tree = ast.parse(text)
    nodes = list(ast.walk(tree))
    functions = [node for node in nodes if isinstance(node, FUNCTIONS)]
    return Facts(
        lines=text.count("\n"),
        functions=len(functions),
        documented=sum(ast.get_docstring(function) is not None for function in functions),
        classes=sum(isinstance(node, ast.ClassDef) for node in nodes),
        branches=sum(isinstance(node, BRANCHES) for node in nodes),
        depth=nesting(tree),
        calls=count_calls(nodes),
    )


def nesting(node: ast.AST) -> int:
    level, depth = [node], 0
    while level:
        level = [child for parent in level for child in ast.iter_child_nodes(parent)]
        depth += 1
    return depth


def count_calls(nodes: list[ast.AST]) -> dict[str, int]:
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    return dict(Counter(call.id for call in calls if isinstance(call, ast.Name)))


@schedule
def census(files: dict[str, Path]) -> dict[str, object]:
    totals: dict[str, int] = {"files": 0, "lines": 0, "functions": 0, "documented": 0, "classes": 0}
    called: dict[str, int] = {}
    deepest = ("", 0)
    broken = []
    for name, path in files.items():
        try:
            facts = measure(path)
        except (SyntaxError, UnicodeDecodeError) as problem:
            print(f"{name}: cannot be parsed: {problem}")
            broken.append(name)
            continue
        print(
            f"{name}: {facts.lines} lines, {facts.functions} functions, {facts.branches} branches"
        )
        totals["files"] += 1
        totals["lines"] += facts.lines
        totals["functions"] += facts.functions
        totals["documented"] += facts.documented
        totals["classes"] += facts.classes
        for function, count in facts.calls.items():
            called[function] = called.get(function, 0) + count
        if facts.depth > deepest[1]:
            deepest = (name, facts.depth)
    return {"totals": totals, "deepest": deepest, "broken": broken, "called": favourites(called)}


def favourites(called: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(called.items(), key=lambda item: (-item[1], item[0]))[:10]


def source_files(every: int) -> dict[str, Path]:
    """Every n-th file of the standard library, by its name in there."""
    folder = Path(sysconfig.get_path("stdlib"))
    own = [path for path in folder.rglob("*.py") if "site-packages" not in path.parts]
    return {str(path.relative_to(folder)): path for path in sorted(own)[::every]}


def main(arguments: list[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=2, help="look at every n-th file only")
    parser.add_argument("--output", type=Path, help="write the results there, as JSON")
    options = parser.parse_args(arguments)
    results = census(source_files(options.every))
    for title, result in results.items():
        print(f"{title}: {result}")
    if options.output:
        options.output.write_text(json.dumps(results, indent=1))
    return results


if __name__ == "__main__":
    main()
