"""``pydron explain``: a file is looked at, not run; and whoever errs is told the way out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pydron_ng.cli import main

PROGRAM = """\
from __future__ import annotations
import sys
from pydron_ng import functional, schedule

LIMIT = 3

@functional
def f(x): return x

def load(path): return path

@schedule
def reduce(paths):
    out = []
    for path in paths:
        raw = load(path)
        out.append(f(raw))
    return out

@schedule
def other(xs):
    return [f(x) for x in xs]

class Survey:
    @schedule
    def run(self, xs):
        return [f(x) for x in xs]

def plain(xs):
    return [f(x) for x in xs]

results = reduce(sys.argv)
print("the program runs", results)
raise SystemExit(7)
"""
Run = Callable[..., Result]


@pytest.fixture
def explain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Explain a file with this text."""
    monkeypatch.chdir(tmp_path)
    modules, path = set(sys.modules), list(sys.path)

    def run(text: str = PROGRAM, *options: str, name: str = "") -> Result:
        Path("survey_to_explain.py").write_text(text)
        what = f"survey_to_explain.py{name}"
        return CliRunner().invoke(main, ["explain", what, *options])

    yield run
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if name.startswith("survey_to_explain"):
            del sys.modules[name]


def test_all_scheduled_functions_are_shown_and_the_program_is_not_run(explain: Run) -> None:
    done = explain()
    assert done.exit_code == 0
    assert "the program runs" not in done.output
    heads = [line for line in done.stdout.splitlines() if "could run in parallel" in line]
    assert [head.split(": ")[1] for head in heads] == ["reduce()", "other()", "Survey.run()"]
    assert "16  HOLDS UP 17  |         raw = load(path)\n" in done.stdout
    assert "17  waits for 16 |         out.append(f(raw))\n" in done.stdout
    assert "survey_to_explain.py:16: holds up f() on line 17 [unknown-call]\n" in done.stdout


def test_one_function_is_asked_for_by_its_name(explain: Run) -> None:
    assert "reduce()" not in explain(name=":other").stdout
    assert ": Survey.run(): of 1 call" in explain(name=":Survey.run").stdout
    assert ": plain() is not scheduled; if it were: of 1" in explain(name=":plain").stdout


def test_pipes_get_no_colours(explain: Run) -> None:
    assert "\x1b" not in explain().stdout


def test_json_is_for_other_programs(explain: Run) -> None:
    told = json.loads(explain(PROGRAM, "--json").stdout)
    assert told["version"] == 1
    assert told["file"].endswith("survey_to_explain.py")
    assert [one["function"] for one in told["functions"]] == ["reduce", "other", "Survey.run"]
    assert told["not_executed"] == []


def test_diff_shows_both_programs(explain: Run) -> None:
    shown = explain(PROGRAM, "--diff", name=":other").stdout
    assert "--- what runs in the program\n@schedule\ndef other(xs):" in shown
    assert "--- what runs ahead of it\n" in shown
    assert "async def run_ahead(ra, v_xs):" in shown


def test_what_cannot_be_imported_is_told_and_the_rest_explained(explain: Run) -> None:
    text = "from no_such_package import load\n" + PROGRAM.partition("\n")[2].replace(
        "def load(path): return path", ""
    )
    done = explain(text, name=":reduce")
    assert done.exit_code == 0
    assert done.stdout.startswith("""\
survey_to_explain.py:1: this could not be executed; what it defines is taken as unknown
     1 | from no_such_package import load
  why: ModuleNotFoundError: No module named 'no_such_package'
  try: run this in the environment, and from the directory, that the program runs in
""")
    assert "reduce(): of 2 calls" in done.stdout


def test_constants_are_there_and_what_may_be_the_program_is_not(explain: Run) -> None:
    text = """\
from pydron_ng import functional, schedule
KEYS = sorted({key for key in "abc"})
CHOSEN = input()
@functional
def f(x, keys=KEYS): return x
@schedule
def run(xs): return [f(x) for x in xs]
@schedule
def other(xs, chosen=CHOSEN): return [f(x) for x in xs]
"""
    shown = explain(text).stdout
    assert shown.startswith("survey_to_explain.py:9: this could not be executed; ")
    assert "     9 | def other(xs, chosen=CHOSEN)" in shown
    assert "why: NameError: name 'CHOSEN' is not defined\n" in shown
    assert "run(): of 1 call that could run in parallel, 1 from the beginning" in shown
    assert "other()" not in shown


def test_what_takes_a_result_of_the_program_is_part_of_it_and_nothing_is_said(
    explain: Run,
) -> None:
    text = (
        PROGRAM
        + """
found = reduce(["a", "b"])
best = max(found, key=lambda one: found[one])
for each in found: other(each)
last: str = each
tail = last[:1]
"""
    )
    done = explain(text)
    assert done.exit_code == 0
    assert "could not be executed" not in done.output


def test_a_file_of_a_package_is_imported_as_a_part_of_it(tmp_path: Path) -> None:
    package = tmp_path / "package_to_explain"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "parts.py").write_text(
        "from pydron_ng import functional\n@functional\ndef f(x): return x\n"
    )
    (package / "whole.py").write_text(
        "from pydron_ng import schedule\nfrom .parts import f\n"
        "@schedule\ndef run(xs): return [f(x) for x in xs]\n"
    )
    path = list(sys.path)
    done = CliRunner().invoke(main, ["explain", str(package / "whole.py")])
    sys.path[:] = path
    assert done.exit_code == 0
    assert "of 1 call that could run in parallel, 1 from the beginning" in done.stdout


def refused(done: Result) -> str:
    assert done.exit_code == 2
    assert done.stdout == ""
    return done.stderr


def test_no_such_file() -> None:
    done = CliRunner().invoke(main, ["explain", "no/such/file.py"])
    assert refused(done).startswith("pydron explain: no/such/file.py: no such file or directory\n")


def test_no_such_function(explain: Run) -> None:
    said = refused(explain(name=":redcue"))
    assert "survey_to_explain.py defines no function redcue; did you mean reduce?" in said
    assert "it defines: f, load, reduce, other, Survey.run, plain" in said


def test_no_scheduled_function(explain: Run) -> None:
    said = refused(explain("def plain(xs):\n    return xs\n"))
    assert "has no function that is decorated with @schedule" in said
    assert "`pydron explain survey_to_explain.py:plain`" in said


def test_the_function_that_calls_others_in_a_loop_is_proposed(explain: Run) -> None:
    text = """
def load(path): return path
def size(path): return len(load(path)), load(path)
class Survey:
    def one(self, path): return size(path), load(path)
    def run(self, paths):
        for path in paths:
            print(self.one(path))
def main(): Survey().run([load("a")])
"""
    said = refused(explain(text))
    assert "decorate the one that calls the others, by its look Survey.run(); or" in said
    assert "`pydron explain survey_to_explain.py:Survey.run`" in said


def test_the_functions_that_may_be_functional_are_named(explain: Run) -> None:
    text = """
def load(path): return path
def size(path): return len(path)
def run(paths):
    for path in sorted(paths, key=size):
        print(load(path))
"""
    shown = explain(text, name=":run").stdout
    named = "size() on line 5, load() on line 6"
    assert (
        f"try: decorate those of these with @functional that only compute a value: {named}" in shown
    )


def test_a_syntax_error(explain: Run) -> None:
    said = refused(explain("def plain(xs:\n    return xs\n"))
    assert "survey_to_explain.py:1: '(' was never closed" in said
    assert "     1 | def plain(xs:" in said


def test_a_function_that_cannot_be_translated(explain: Run) -> None:
    text = "from pydron_ng import schedule\n@schedule\ndef reads():\n    return locals()\n"
    said = refused(explain(text))
    assert "survey_to_explain.py:2: reads() runs undecorated: " in said
    assert "[translation]" in said


def test_a_picture_of_one_function_is_written_to_a_file(explain: Run) -> None:
    done = explain(PROGRAM, "--graph", "out.svg", name=":reduce")
    assert (done.exit_code, done.output) == (0, "")
    assert Path("out.svg").read_text().startswith("<svg ")


def test_a_page_of_all_functions_is_written_and_the_rest_is_shown_if_asked_for(
    explain: Run,
) -> None:
    done = explain("import no_such_package\n" + PROGRAM.partition("\n")[2], "--html", "out.html")
    assert (done.exit_code, done.output) == (0, "")
    page = Path("out.html").read_text()
    assert page.count("<section") == 3
    assert "ModuleNotFoundError: No module named" in page
    both = explain(PROGRAM, "--html", "out.html", "--json")
    assert json.loads(both.stdout)["version"] == 1


def test_a_picture_goes_to_the_standard_output(explain: Run) -> None:
    shown = explain(PROGRAM, "--graph", "-", name=":other").stdout
    assert shown.startswith("<svg ")
    assert shown.endswith("</svg>")


def test_a_file_that_was_there_is_replaced_as_a_whole(explain: Run) -> None:
    Path("out.svg").write_text("before")
    before = os.stat("out.svg").st_ino
    explain(PROGRAM, "--graph", "out.svg", name=":other")
    assert os.stat("out.svg").st_ino != before
    assert [path for path in os.listdir() if path.startswith((".", "tmp"))] == []


def test_one_picture_is_of_one_function(explain: Run) -> None:
    said = refused(explain(PROGRAM, "--graph", "out.svg"))
    assert "a picture shows one function, and survey_to_explain.py has 3: reduce, other" in said
    assert "try: survey_to_explain.py:reduce; or --html" in said
    assert not Path("out.svg").exists()


def test_where_nothing_can_be_written_the_place_is_told(explain: Run) -> None:
    said = refused(explain(PROGRAM, "--html", "no/such/folder/out.html"))
    assert said.startswith("pydron explain: no/such/folder/out.html: no such file or directory\n")
