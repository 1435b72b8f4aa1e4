"""The pytest plugin, in test runs of its own: marked tests are run both ways, others left alone."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from textwrap import dedent

import pytest

pytest_plugins = ("pytester",)
Run = Callable[..., pytest.RunResult]
ROOT = Path(__file__).parents[2]
HEAD = """
import os, threading
from pathlib import Path
import pytest
from pydron_ng import functional, schedule

SEEN = []

@functional
def square(n):
    return n * n

@functional
def note(n):
    SEEN.append(n)
    return n

@functional
def is_elsewhere(n):
    return getattr(threading.main_thread(), "is_pydron_worker", False)

@schedule
def squares(ns):
    found = [square(n) for n in ns]
    print("found", found)
    return found

@schedule
def notes(ns):
    return [note(n) for n in ns]

@schedule
def places(ns):
    found = [is_elsewhere(n) for n in ns]
    print(any(found))
    return found
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run tests with this text, after HEAD, in a process with the plugin alone."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYDRON_CONF", str(pytester.path / "test.conf"))
    (pytester.path / "test.conf").write_text('{"workers": [{"type": "multicore", "cores": 2}]}')

    def run(text: str, *options: str, head: str = HEAD) -> pytest.RunResult:
        pytester.makepyfile(head + dedent(text))
        return pytester.runpytest_subprocess(
            "-p", "pytest_pydron", "--strict-markers", "-W", "error", *options, timeout=50
        )

    return run


def test_a_marked_test_that_is_the_same_both_ways_passes_once(run: Run) -> None:
    done = run(
        """
        @pytest.mark.pydron
        def test_squares(tmp_path):
            (tmp_path / "new").mkdir()  # it is not there the second time
            assert squares([1, 2]) == [1, 4]
        """
    )
    done.assert_outcomes(passed=1)


def test_a_marked_test_is_run_undecorated_then_checked_then_scheduled(run: Run) -> None:
    done = run(
        """
        @pytest.fixture(scope="module")
        def shared():
            print("shared is made")
            yield
            print("shared is ended")

        @pytest.fixture
        def own(shared):
            yield
            with open("runs", "a") as file:
                print(os.environ.get("PYDRON"), any(places([1])), file=file)

        @pytest.mark.pydron(output=False, contract=False)
        def test_places(own): pass

        def test_places_alone(own): pass

        def test_runs():
            assert Path("runs").read_text() == "off False\\nNone True\\nNone False\\n"
        """,
        "-s",
    )
    done.assert_outcomes(passed=3)
    assert str(done.stdout).count("shared is made") == 1
    assert str(done.stdout).count("shared is ended") == 1


def test_what_it_prints_is_compared_and_told_with_the_configuration(run: Run) -> None:
    done = run(
        """
        @pytest.mark.pydron(contract=False)
        def test_places(): places([1])
        """
    )
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "the test passes both ways, but",
            "stdout: line 1",
            "    sequential: 'False\\n'",
            "    scheduled:  'True\\n'",
            '    with:       {"inline": false}',
        ]
    )


def test_a_test_that_passes_sequentially_alone_fails_and_says_so(run: Run) -> None:
    done = run(
        """
        @pytest.mark.pydron(contract=False)
        def test_places(): assert places([1]) == [False]
        """
    )
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*assert [[]True] == [[]False]*",
            'sequentially it passes; so it ends with {"inline": false}',
        ]
    )


def test_a_breach_of_the_contract_fails_the_test_unless_it_is_not_asked_for(run: Run) -> None:
    done = run(
        """
        @pytest.mark.pydron
        def test_notes(): assert notes([1]) == [1]

        @pytest.mark.pydron(contract=False)
        def test_notes_alone(): assert notes([1]) == [1]
        """
    )
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines(
        [
            "test_*.py:*: *.note: it changed the global *.SEEN [[]changed-state]",
            "  call: note(1)",
            "  what: len(SEEN): * -> *",
            "  try: pass it as an argument, and return what is new; fill caches where it is called",
        ]
    )


def test_a_test_that_fails_sequentially_fails_as_it_would_without_the_marker(run: Run) -> None:
    done = run(
        """
        @pytest.mark.pydron
        def test_fails(): assert squares([1]) == 2

        @pytest.mark.pydron
        def test_skipped(): pytest.skip("no reason")

        @pytest.mark.pydron
        @pytest.mark.xfail(strict=True)
        def test_is_expected_to_fail(): assert squares([1]) == 2

        @pytest.fixture
        def broken(): raise ValueError

        @pytest.mark.pydron
        def test_error(broken): pass
        """
    )
    done.assert_outcomes(failed=1, skipped=1, xfailed=1, errors=1)
    done.stdout.fnmatch_lines(["it was not run scheduled, as this is how it ends sequentially"])
    assert str(done.stdout).count("found [1]") == 1


def test_fixtures_that_tests_share_are_ended_though_the_last_test_fails(run: Run) -> None:
    done = run(
        """
        @pytest.fixture(scope="module")
        def shared():
            yield
            print("shared is ended")

        @pytest.mark.pydron
        def test_fails(shared): assert False
        """,
        "-s",
    )
    assert str(done.stdout).count("shared is ended") == 1


def test_methods_of_test_classes_may_be_marked(run: Run) -> None:
    done = run(
        """
        import unittest

        @pytest.mark.pydron
        class TestSquares:
            def setup_method(self): self.ns = [1, 2]
            def test_squares(self):
                self.ns.append(3)
                assert squares(self.ns) == [1, 4, 9]

        @pytest.mark.pydron
        class Squares(unittest.TestCase):
            def setUp(self): self.ns = [1, 2]
            def test_squares(self):
                self.ns.append(3)
                self.assertEqual(squares(self.ns), [1, 4, 9])
        """
    )
    done.assert_outcomes(passed=2)


def test_the_fixture_gives_the_value_of_a_call_that_is_the_same_both_ways(run: Run) -> None:
    done = run(
        """
        @schedule
        def grow(ns):
            ns.append(square(len(ns)))
            return ns

        def test_grow(pydron_equivalence):
            ns = [1, 2]
            assert pydron_equivalence(grow, ns=ns) is ns
            assert ns == [1, 2, 4]

        @schedule
        def fails(n): raise KeyError(square(n))

        def test_fails(pydron_equivalence):
            with pytest.raises(KeyError, match="4"):
                pydron_equivalence(fails, 2)
        """
    )
    done.assert_outcomes(passed=2)


def test_the_fixture_compares_under_each_configuration_that_is_asked_for(run: Run) -> None:
    text = """
        def test_places(pydron_equivalence): pydron_equivalence(places, [1])
    """
    all_alike = '{"workers": [{"type": "threads", "cores": 1}], "inline": false}'
    chosen = run(text, "-o", f"pydron_configurations={all_alike}")
    chosen.assert_outcomes(passed=1)
    both = run(text, "-o", f'pydron_configurations={all_alike}\n{{"inline": false}}')
    both.assert_outcomes(failed=1)
    both.stdout.fnmatch_lines(
        [
            "*NotEquivalent: places: scheduled differs from sequential in",
            "E   outcome: value[[]0[]]",
            'E   configuration: {"inline": false}',
        ]
    )


@pytest.mark.parametrize("line", ["{", '{"inlin": false}', "[1]"])
def test_a_mistake_in_the_configurations_is_told_as_such(run: Run, line: str) -> None:
    marked = """
        @pytest.mark.pydron
        def test_squares(): squares([1])
    """
    with_fixture = "def test_squares(pydron_equivalence): pydron_equivalence(squares, [1])"
    for text in (marked, with_fixture):
        done = run(text, "-o", f"pydron_configurations={line}")
        assert "pydron_configurations: " in str(done.stdout) + str(done.stderr)
        assert done.ret != 0


def test_test_runs_that_have_nothing_to_do_with_it_do_not_import_it(run: Run) -> None:
    done = run(
        """
        import sys

        def test_nothing_is_imported():
            assert {name for name in sys.modules if name.startswith("pydron_ng")} == set()
        """,
        head="",
    )
    done.assert_outcomes(passed=1)


def test_the_marker_and_the_fixture_are_told_of(run: Run) -> None:
    assert "@pytest.mark.pydron(output=True, contract=True):" in str(run("", "--markers").stdout)
    assert "pydron_equivalence(function, *args" in str(run("", "--fixtures").stdout)


def test_the_entry_point_is_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = project["project"]["entry-points"]["pytest11"]
    assert import_module(named["pydron"]).__file__ == str(ROOT / "pytest_pydron.py")
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included == {"pytest_pydron.py": "pytest_pydron.py"}
