"""What a finding says: which line, which call, what was there before and after."""

from __future__ import annotations

import dataclasses
import inspect
import linecache
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pydron_ng.contract import Finding, Report, check_functional
from pydron_ng.contract.differing import first_change
from pydron_ng.contract.findings import REMEDIES
from pydron_ng.contract.showing import shown, shown_call
from tests.contract import impure


@dataclasses.dataclass
class Box:
    size: int
    items: list[Any]


class Nameless:
    def __repr__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    "before, after, said",
    [
        (1, 2, "x: 1 -> 2"),
        (1, 1.0, "x: 1 -> 1.0"),
        ([1, [2, 3]], [1, [2, 4]], "x[1][1]: 3 -> 4"),
        ([1], [1, 2], "len(x): 1 -> 2"),
        ({1}, {1, 2}, "len(x): 1 -> 2"),
        ({"a": 1}, {"a": 2}, "x['a']: 1 -> 2"),
        ({"a": 1}, {"a": 1, "b": 2}, "x['b']: new, 2"),
        ({"a": 1}, {}, "x['a']: gone, it was 1"),
        (Box(1, []), Box(2, []), "x.size: 1 -> 2"),
        (Box(1, [[]]), Box(1, [[0]]), "len(x.items[0]): 0 -> 1"),
        (np.zeros(3), np.array([0.0, 1.0, 2.0]), "x[1]: 0.0 -> 1.0, and 1 more"),
        (np.zeros((2, 2)), np.eye(2)[::-1] * 0 + [[0, 1], [0, 0]], "x[0, 1]: 0.0 -> 1.0"),
        (np.zeros(2), np.zeros(3), "x: float64 of shape (2,) -> float64, (3,)"),
        ([1, Box], [1, Box], ""),
    ],
)
def test_a_change_is_told_by_its_place_and_both_values(
    before: object, after: object, said: str
) -> None:
    assert first_change("x", before, after) == said


def test_a_value_that_holds_itself_comes_to_an_end() -> None:
    before: list[Any] = []
    after: list[Any] = []
    before.append(before)
    after.append(after)
    assert first_change("x", before, after) == ""


def test_values_are_shown_on_one_short_line() -> None:
    assert len(shown(list(range(10**6)))) <= 60
    assert "\n" not in shown(np.zeros((3, 3)))
    assert shown(Nameless()).startswith("<Nameless ")
    assert shown_call(shown, (1, "a"), {"b": [2]}) == "shown(1, 'a', b=[2])"
    assert len(shown_call(shown, tuple(range(1000)), {})) <= 100


def found(function: Callable[..., Any], code: str, *args: object) -> Finding:
    return next(f for f in check_functional(function, args) if f.code == code)


@pytest.mark.parametrize(
    "function, args, code, text, change",
    [
        (impure.appends, ([],), "changed-argument", "items.append(1)", "len(items): 0 -> 1"),
        (impure.counts, (), "changed-state", "COUNT += 1", "COUNT: "),
        (impure.in_a_closure, (), "changed-state", "count += 1", ""),
        (impure.draws, (), "used-random", "random.random()", ""),
        (
            impure.tells_the_time,
            (),
            "differs-each-time",
            "return time.perf_counter_ns()",
            ", then ",
        ),
        (impure.orders, ([*"abcdefghi"],), "differs-elsewhere", "def orders(", ", then "),
    ],
)
def test_a_finding_blames_a_line_and_says_what_changed(
    function: Callable[..., Any], args: tuple[Any, ...], code: str, text: str, change: str
) -> None:
    finding = found(function, code, *args)
    assert finding.file == impure.__file__
    assert linecache.getline(finding.file, finding.line).strip().startswith(text)
    assert change in finding.change
    assert finding.call.startswith(f"{function.__qualname__}(")


def saves(path: str) -> None:
    Path(path).write_text("x")


def test_a_deed_is_blamed_on_the_programs_own_line_that_led_to_it(tmp_path: Path) -> None:
    finding = found(saves, "wrote", str(tmp_path / "new"))
    assert finding.file == __file__
    assert finding.line == inspect.getsourcelines(saves)[1] + 1


def test_the_call_is_shown_as_it_was_before_it_changed_its_arguments() -> None:
    assert found(impure.appends, "changed-argument", [7]).call == "appends([7])"


def test_a_report_can_be_read_from_its_file_at_any_time(tmp_path: Path) -> None:
    file = str(tmp_path / "report")
    report = Report(file)
    assert Report.saved(file, str).checked == {}
    finding = Finding("wrote", "survey.fit", "it wrote", "fit(1)", "", "copy.py", 3)
    report.add("survey.fit", [finding])
    again = Report.saved(file, {"copy.py": "survey.py"}.__getitem__)
    assert again.checked == {"survey.fit": 1}
    assert again.findings == [dataclasses.replace(finding, file="survey.py")]


def test_every_breach_has_a_way_out() -> None:
    assert len(REMEDIES) >= 11
    assert all(REMEDIES.values())
