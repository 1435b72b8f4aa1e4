"""A translation that was kept is the one that would be made; another key wherever it would not."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from pydron_ng import configure
from pydron_ng.errors import TranslationError
from pydron_ng.runtime import fingerprint as fingerprints
from pydron_ng.runtime.cache import Cache
from pydron_ng.runtime.fingerprint import fingerprint_of
from pydron_ng.runtime.program import Program
from pydron_ng.runtime.reading import Names, Reading, known_names
from pydron_ng.runtime.session import session
from pydron_ng.translation import pipeline
from tests.programs.test_programs import MODULES
from tests.scripts import DISPATCHED, run, write
from tests.translation.written import function

TEXT = "def f(xs):\n    # why\n    return [work(x) for x in xs]\n"


def _plain(found: Any) -> Any:
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found


PROGRAMS = [
    pytest.param(_plain(call.function), id=f"{module.__name__}-{call.function.__name__}")
    for module in MODULES
    for call in module.CALLS[:2]
    if type(_plain(call.function)) is FunctionType
]


def _programs(reading: Reading, code: CodeType) -> Iterator[Program]:
    waiting = [Program(reading, code), Program(reading, code, speculate=True)]
    while waiting:
        program = waiting.pop()
        yield program
        waiting += program.inner


def _written(reading: Reading, made: FunctionType) -> list[Any]:
    """Both run-ahead programs of the function, and of each one inside of it."""
    found = []
    for program in _programs(reading, made.__code__):
        for which in ("run_ahead", "descended"):
            try:
                found.append(getattr(program, which).written)
            except TranslationError as error:
                found.append(str(error))
    return found


@pytest.mark.parametrize("made", PROGRAMS)
def test_what_comes_from_the_cache_is_what_was_translated(
    made: FunctionType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = known_names()
    place = str(tmp_path / "kept")
    fresh = Reading(made, names)
    first = Reading(made, names, Cache(place))
    expected = _written(fresh, made)
    assert _written(first, made) == expected
    if not any(type(one) is str for one in expected):
        monkeypatch.setattr(pipeline, "analyse", None)
    again = Reading(made, names, Cache(place))
    assert _written(again, made) == expected
    assert again.facts == first.facts == fresh.facts
    assert again.template == first.template == fresh.template


def test_the_analysis_of_what_was_kept_is_there_for_who_asks(tmp_path: Path) -> None:
    made: Any = function(TEXT)
    cache = Cache(str(tmp_path / "kept"))
    fresh = Reading(made, known_names(), cache)
    again = Reading(made, known_names(), cache)
    assert again.analysis.plan.routed == fresh.analysis.plan.routed
    assert again.analysis.plan.effects == fresh.analysis.plan.effects


def test_more_functional_functions_are_another_key(tmp_path: Path) -> None:
    made: Any = function("def f(o):\n    return o.x.compute(1)\n")
    cache = Cache(str(tmp_path / "kept"))
    nobody, somebody = Names(frozenset(), frozenset()), Names(frozenset({"compute"}), frozenset())
    unknown = Reading(made, nobody, cache)
    known = Reading(made, somebody, cache)
    assert unknown.key != known.key
    assert not unknown.facts.sites[0].is_routed
    assert known.facts.sites[0].is_routed
    assert Reading(made, nobody, cache).facts == unknown.facts
    assert Reading(made, nobody, cache).knows_better(somebody)
    assert not Reading(made, somebody, cache).knows_better(somebody)


def _kept(text: str = TEXT, filename: str = "a.py", name: str = "f") -> bytes | None:
    """The fingerprint of the function that the text of a file defines."""
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    names: dict[str, Any] = {}
    exec(compile(text, filename, "exec", dont_inherit=True), names)
    return fingerprint_of(names[name].__code__)


@pytest.mark.parametrize(
    "text",
    [
        TEXT.replace("# why", "# who"),
        "\n" + TEXT,
        TEXT.replace("return [", "return  ["),
        TEXT.replace("(xs)", "(xs, y=None)"),
        TEXT.replace("work(x)", "work(-x)"),
        TEXT.replace("work(x)", "work(x, 1)"),
        TEXT.replace("work(x)", "work(x, True)"),
        TEXT.replace("work(x)", "work(x, 1.0)"),
        TEXT.replace("work(x)", "work(x, 0.0)"),
        TEXT.replace("work(x)", "work(x, -0.0)"),
        TEXT.replace("work(x)", "(work(x) if x in {1, 2} else 0)"),
        TEXT.replace("work(x)", "(work(x) if x in (1, 2) else 0)"),
        "from __future__ import annotations\n" + TEXT,
    ],
)
def test_another_text_is_another_key(text: str) -> None:
    assert _kept(text) not in {_kept(), None}


def test_another_file_is_another_key() -> None:
    assert _kept(filename="b.py") != _kept()


def test_the_same_is_the_same_key() -> None:
    assert _kept() == _kept() is not None


def test_what_has_no_text_has_no_key() -> None:
    names: dict[str, Any] = {}
    exec(compile(TEXT, "nowhere.py", "exec"), names)
    assert fingerprint_of(names["f"].__code__) is None


def test_another_name_of_the_class_around_is_another_key(tmp_path: Path) -> None:
    one: Any = function(TEXT)
    cache = Cache(str(tmp_path / "kept"))
    first = Reading(one, known_names(), cache)
    one.__qualname__ = "Model.f"
    assert Reading(one, known_names(), cache).key != first.key


@pytest.fixture
def anew() -> Iterator[None]:
    """The translator is looked at again, and once more when all is as it was."""
    before = fingerprints.translator.cache_clear
    before()
    yield
    before()


@pytest.mark.usefixtures("anew")
def test_another_python_is_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = _kept()
    fingerprints.translator.cache_clear()
    monkeypatch.setattr(sys, "version", sys.version + "+")
    assert _kept() != before


@pytest.mark.usefixtures("anew")
def test_another_translation_is_another_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _kept()
    changed = tmp_path / "slices.py"
    changed.write_text("pass\n")
    files = [*fingerprints.files(), str(changed)]
    for text in ("pass\n", "pass\n\n"):
        changed.write_text(text)
        fingerprints.translator.cache_clear()
        monkeypatch.setattr(fingerprints, "files", lambda: files)
        assert _kept() != before
        before = _kept()


def test_the_files_of_the_translation_are_there() -> None:
    names = {Path(file).name for file in fingerprints.files()}
    assert {"pipeline.py", "emitter.py", "calls.py", "table.json"} <= names


SCRIPT = """
import sys
from pydron_ng import functional, schedule

@functional
def work(x):
    return x * x

@schedule
def program(xs):
    kept = []
    for x in xs:
        y = work(x)
        if y > 4:
            kept.append(work(y))
    return kept, sum(map(lambda x: work(x), xs))

print(program([1, 2, 3]), program([4]))
heavy = {"networkx", "gast", "beniget", "pydron_ng.translation.outline"}
print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
#: Networkx is for those who ask the graph for more.
HEAVY = "['beniget', 'gast', 'pydron_ng.translation.outline']\n"


def test_the_second_run_needs_no_graph_and_says_the_same(tmp_path: Path) -> None:
    script, place = str(write(tmp_path, SCRIPT)), tmp_path / "kept"
    variables = {"PYDRON_CACHE_DIR": str(place)}
    first = run(tmp_path, script, variables=variables)
    second = run(tmp_path, script, variables=variables)
    assert (first.status, first.err) == (0, HEAVY)
    assert (second.status, second.err) == (0, "[]\n")
    assert first.out == second.out == run(tmp_path, script, configuration=None).out


def test_without_a_cache_nothing_is_written(tmp_path: Path) -> None:
    script, place = str(write(tmp_path, SCRIPT)), tmp_path / "kept"
    off = DISPATCHED | {"cache": "off"}
    ended = run(tmp_path, script, configuration=off, variables={"PYDRON_CACHE_DIR": str(place)})
    assert (ended.status, ended.err) == (0, HEAVY)
    assert not place.exists()


def test_a_place_that_cannot_be_is_no_trouble(tmp_path: Path) -> None:
    script, place = str(write(tmp_path, SCRIPT)), tmp_path / "file" / "kept"
    (tmp_path / "file").write_text("")
    ended = run(tmp_path, script, variables={"PYDRON_CACHE_DIR": str(place)})
    assert (ended.status, ended.err) == (0, HEAVY)


def test_configure_turns_it_off_and_on() -> None:
    with configure(cache="off"):
        assert session().cache is None
    with configure(cache="on"):
        assert session().cache is not None
