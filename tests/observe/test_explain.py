"""Beside each line stands what becomes of it, and who is to blame; then what to change."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

import pytest

import pydron_ng
from pydron_ng import functional, schedule
from pydron_ng.errors import TranslationError
from pydron_ng.observe.codes import CODES
from tests.observe import programs

MARGINS = {
    "loop": {4: "ahead"},
    "steps": {4: "ahead", 6: "sync-point", 7: "ahead, after 4"},
    "unknown_call": {4: "HOLDS UP 5", 5: "waits for 4"},
    "changes": {4: "may hold up 5", 5: "may wait for 4"},
    "lines": {3: "sync-point", 4: "HOLDS UP 5", 5: "waits for 4"},
    "lines_read_ahead": {3: "sync-point", 5: "ahead"},
    "rows": {3: "sync-point", 4: "HOLDS UP 5", 5: "waits for 4"},
    "inner": {3: "may hold up 4", 4: "may wait for 3", 6: "ahead?"},
    "chain": {3: "one by one"},
    "rounds": {5: "round by round"},
    "until_found": {3: "one by one", 4: "HOLDS UP 3"},
    "until_found_ahead": {3: "ahead"},
    "method": {3: "may hold up 4", 4: "may wait for 3"},
    "generator": {3: "sync-point, ahead"},
    "tries": {5: "ahead", 8: "ahead, after 5"},
    "draws": {4: "waits"},
    "drawn_first": {2: "sync-point", 3: "ahead, from 2 on"},
    "kept": {5: "perhaps one by one"},
    "handed": {2: "ahead?", 3: "ahead, after 2", 4: "ahead, after 3"},
    "largest": {4: "perhaps round by round"},
    "nothing": {},
}


def margin(function: Any) -> dict[int, str]:
    """What stands in the margin, all lines counted from that of the ``def``, which is 1."""
    told = pydron_ng.explain(function)
    lines = range(told.line + 1, told.line + len(told.source))
    found = {}
    for line, words in told.margin().items():
        parts = [p.rstrip(",?") for p in words.split()]
        numbers = {int(p) for p in parts if p.isdigit()}
        for number in numbers & set(lines):
            words = words.replace(str(number), str(number - told.line))
        found[line - told.line] = words
    return found


@pytest.mark.parametrize("name", MARGINS)
def test_beside_each_line_stands_what_becomes_of_it(name: str) -> None:
    assert margin(getattr(programs, name)) == MARGINS[name]


def ways_out(function: Any) -> list[str]:
    return [c.way_out for call in pydron_ng.explain(function).calls for c in call.causes]


@pytest.mark.parametrize(
    "name,words",
    [
        ("unknown_call", "decorate load (programs.py:"),
        ("lines", "for line in ahead(file)"),
        ("rows", "for row in ahead(csv.reader(file))"),
        ("until_found", "@schedule(speculate=True)"),
        ("method", "decorate the method grab with @functional"),
        ("draws", "take the values in a loop of its own"),
    ],
)
def test_the_way_out_is_the_smallest_change(name: str, words: str) -> None:
    assert words in "\n".join(ways_out(getattr(programs, name)))


def only_call(function: Any) -> Any:
    (call,) = pydron_ng.explain(function).calls
    return call


def test_a_method_is_told_to_take_all_of_an_object_that_changes() -> None:
    (cause,) = only_call(programs.Keeper.by_method).causes
    assert "make self.measure() a function, or a @staticmethod, of what it needs" in cause.way_out
    assert "all of self, which line " in cause.way_out


def test_an_attribute_that_may_change_is_told_to_be_read_before_the_loop() -> None:
    causes = only_call(programs.Keeper.by_field).causes
    (said,) = [cause.way_out for cause in causes if cause.code == "one-by-one"]
    assert said.endswith("if it stays the same in there: folder = self.folder")


def test_what_takes_the_result_of_the_pass_before_is_not_told_to_be_read_before() -> None:
    (cause,) = only_call(programs.Keeper.by_result).causes
    assert cause.way_out.startswith("nothing, if each really needs the one before")


def test_a_static_method_is_not_given_the_object() -> None:
    call = only_call(programs.Keeper.by_static_method)
    assert (call.state.value, call.causes) == ("ahead", ())


def test_the_whole_screen() -> None:
    told = pydron_ng.explain(programs.unknown_call)
    n = told.line
    load = programs.load.__code__.co_firstlineno
    assert (
        str(told)
        == f"""\
programs.py:{n}: unknown_call(): of 1 call that could run in parallel, 1 held up

{n}               | @schedule
{n + 1}               | def unknown_call(paths: list[str]) -> list[Any]:
{n + 2}               |     out = []
{n + 3}               |     for path in paths:
{n + 4}  HOLDS UP {n + 5}  |         raw = load(path)
{n + 5}  waits for {n + 4} |         out.append(f(raw))
{n + 6}               |     return out

programs.py:{n + 4}: holds up f() on line {n + 5} [unknown-call]
    {n + 4} | raw = load(path)
  why: f() needs what load() returns; it is not known to be pure
       line {n + 5} takes raw from line {n + 4}
  try: decorate load (programs.py:{load}) with @functional, if it only computes a value; \
with @schedule, if it calls functional functions"""
    )


def test_a_function_without_functional_calls_is_told_to_have_none() -> None:
    assert "nothing runs in parallel" in str(pydron_ng.explain(programs.nothing))


def test_methods_are_explained_bound_or_not() -> None:
    assert margin(programs.Survey.run) == margin(programs.Survey().run) == {2: "ahead"}


def test_methods_of_the_own_class_are_known() -> None:
    assert margin(programs.Survey.through_methods) == {3: "HOLDS UP 4", 4: "waits for 3"}
    assert "decorate Survey.read" in ways_out(programs.Survey.through_methods)[0]


def test_what_is_not_scheduled_is_explained_as_if_it_were() -> None:
    def plain(xs: list[int]) -> list[int]:
        return [programs.f(x) for x in xs]

    told = pydron_ng.explain(plain)
    assert not told.is_scheduled
    assert "is not scheduled; if it were: of 1 call" in str(told)


def test_json_has_the_shape_that_the_docs_promise() -> None:
    told = json.loads(pydron_ng.explain(programs.changes).to_json())
    assert set(told) == set(
        "version function file line scheduled lines calls sync_points seen measured".split()
    )
    assert told["version"] == 1
    assert told["lines"][0].keys() == {"line", "margin", "text"}
    (call,) = told["calls"]
    assert set(call) == set("line column text state after causes is_sure".split())
    assert call["state"] == "waits"
    assert set(call["causes"][0]) == set("code line why chain way_out is_sure is_once".split())
    (point,) = told["sync_points"]
    assert set(point) == set("line column code what holds_up way_out".split())
    assert point["holds_up"] == [call["line"]]


def test_all_codes_that_are_told_are_in_the_table() -> None:
    for name in MARGINS:
        told = pydron_ng.explain(getattr(programs, name))
        codes = {c.code for call in told.calls for c in call.causes}
        assert codes | {point.code for point in told.sync_points} <= set(CODES)


def test_what_runs_have_shown_is_told() -> None:
    @functional
    def hold(x: int, lock: Any) -> int:
        return x

    @schedule
    def holds(xs: list[int], lock: Any) -> list[int]:
        return [hold(x, lock) for x in xs]

    with pydron_ng.configure(workers=[{"type": "threads", "cores": 2}], inline=False):
        holds([1, 2, 3], threading.Lock())
    told = pydron_ng.explain(holds)
    assert [(r.code, r.line) for r in told.seen] == [("unshippable-type", told.line + 2)]
    assert "try: make such objects inside of the functional function" in str(told)


def test_calls_that_are_too_short_are_told_to_be_inline() -> None:
    @functional
    def tiny(x: int) -> int:
        return x

    @schedule
    def many(xs: list[int]) -> list[int]:
        return [tiny(x) for x in xs]

    with pydron_ng.configure(workers=[{"type": "threads", "cores": 2}]):
        many(list(range(100)))
        told = pydron_ng.explain(many)
    assert margin(many) == {2: "inline"}
    assert "[too-short]" in str(told)


def test_what_has_no_source_is_refused() -> None:
    names: dict[str, Any] = {}
    exec("def made(xs): return [x for x in xs]", names)
    with pytest.raises(TranslationError, match="no source text"):
        pydron_ng.explain(names["made"])


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(TypeError, match="a function written in Python, not a builtin"):
        pydron_ng.explain(len)


def test_importing_pydron_ng_imports_nothing_of_it() -> None:
    code = (
        "import sys, pydron_ng; heavy = [m for m in sys.modules if m.startswith("
        "('pydron_ng.observe', 'rich', 'click'))]; print(heavy)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
